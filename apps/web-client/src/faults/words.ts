import { computed } from "@preact/signals";
import { translateFrom, type CatalogueOf, type TranslateOf } from "../words/catalogue.ts";
import { language, type Language } from "../words/language.ts";
import { en } from "./words/en.ts";
import { zhCN } from "./words/zh-cn.ts";

/** They come with the fault lab, so that the page's first load has none of them. */
const catalogues: Readonly<Record<Language, CatalogueOf<typeof en>>> = { en, "zh-CN": zhCN };
const translate = computed(() => translateFrom<typeof en>(catalogues[language.value]));

/** The words for `key` in the fault lab. */
export const lt: TranslateOf<typeof en> = (key, ...fill) => translate.value(key, ...fill);
