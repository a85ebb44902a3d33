import type { JSX } from "preact";
import {
  rooms,
  switchLanguage,
  switchRoom,
  switchTheme,
  theme,
  themes,
  transcriptRoom,
} from "../store/preferences.ts";
import { formatCount } from "../text/format.ts";
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

/** How much of the past is kept: less, where memory is short. */
export function RoomSwitch(): JSX.Element {
  return (
    <label class="toggle">
      {t("help.room")}
      <select
        class="language"
        value={String(transcriptRoom.value)}
        onChange={({ currentTarget: { value } }) => {
          const chosen = rooms.find((count) => String(count) === value);
          if (chosen !== undefined) switchRoom(chosen);
        }}
      >
        {rooms.map((count) => (
          <option key={count} value={count}>
            {t("help.room.count", { count: formatCount(count) })}
          </option>
        ))}
      </select>
    </label>
  );
}
