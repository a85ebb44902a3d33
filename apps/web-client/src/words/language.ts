import { computed, signal } from "@preact/signals";
import { translateFrom, type Catalogue, type Translate } from "./catalogue.ts";
import { en } from "./en.ts";
import { zhCN } from "./zh-cn.ts";

/** BCP 47 tags, in the order of the switch, each named in its own language. */
export const languages = { en: "English", "zh-CN": "简体中文" } as const;
export type Language = keyof typeof languages;

const catalogues: Readonly<Record<Language, Catalogue>> = { en, "zh-CN": zhCN };

export const language = signal<Language>("en");

const translate = computed(() => translateFrom(catalogues[language.value]));

/** The words for `key`. A component that calls it is drawn again when the language changes. */
export const t: Translate = (key, ...fill) => translate.value(key, ...fill);

/** The first of a person's languages that there is a catalogue for. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

export function isLanguage(tag: string | null): tag is Language {
  return tag !== null && Object.hasOwn(languages, tag);
}
