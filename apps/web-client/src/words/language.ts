import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import {
  translateFrom,
  type Catalogue,
  type CatalogueOf,
  type Texts,
  type Translate,
  type TranslateOf,
} from "./catalogue.ts";
import { en } from "./en.ts";

/** BCP 47 tags, in the order of the switch, each named in its own language. */
export const languages = { en: "English", "zh-CN": "简体中文" } as const;
export type Language = keyof typeof languages;

/** English comes with the page, because it names the keys; any other when it is wanted. */
const catalogues: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: () => Promise.resolve(en),
  "zh-CN": async () => (await import("./zh-cn.ts")).zhCN,
};

const chosen = signal<Language>("en");
const catalogue = signal<Catalogue>(en);
const translate = computed(() => translateFrom(catalogue.value));
let wanted: Language = "en";

export const language: ReadonlySignal<Language> = chosen;

/** The words for `key`. A component that calls it is drawn again when the language changes. */
export const t: Translate = (key, ...fill) => translate.value(key, ...fill);

/** The words of a part that brings its own catalogues, so that the page's first load has none of them. */
export function wordsOf<En extends Texts>(
  catalogues: Readonly<Record<Language, CatalogueOf<NoInfer<En>>>>,
): TranslateOf<En> {
  const translate = computed(() => translateFrom<En>(catalogues[language.value]));
  return (key, ...fill) => translate.value(key, ...fill);
}

/** Speaks `next` as soon as its words are there; rejects where they cannot be loaded. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next;
  const words = await catalogues[next]();
  if (wanted !== next) return;
  batch(() => {
    catalogue.value = words;
    chosen.value = next;
  });
}

/** Loads all catalogues, so that the switch works also when the page's server is gone. */
export async function loadLanguages(): Promise<void> {
  await Promise.all(Object.values(catalogues).map((load) => load()));
}

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
