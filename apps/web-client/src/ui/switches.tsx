import type { JSX } from "preact";
import { switchLanguage, switchTheme, theme, themes } from "../store/preferences.ts";
import { isLanguage, language, languages, t } from "../words/language.ts";

export function LanguageSwitch(): JSX.Element {
  return (
    <select
      class="language"
      aria-label={t("page.language")}
      value={language.value}
      onChange={({ currentTarget: { value } }) => {
        if (isLanguage(value)) void switchLanguage(value);
      }}
    >
      {Object.entries(languages).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}

export function ThemeSwitch(): JSX.Element {
  return (
    <select
      class="language theme"
      aria-label={t("page.theme")}
      value={theme.value}
      onChange={({ currentTarget: { value } }) => {
        const chosen = themes.find((name) => name === value);
        if (chosen !== undefined) switchTheme(chosen);
      }}
    >
      {themes.map((name) => (
        <option key={name} value={name}>
          {t(`page.theme.${name}`)}
        </option>
      ))}
    </select>
  );
}
