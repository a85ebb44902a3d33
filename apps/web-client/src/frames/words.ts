import type { TranslateOf } from "../words/catalogue.ts";
import { wordsOf } from "../words/language.ts";
import { en } from "./words/en.ts";
import { zhCN } from "./words/zh-cn.ts";

export type FrameWords = TranslateOf<typeof en>;

/** The words for `key` in the Frames view. */
export const ft: FrameWords = wordsOf<typeof en>({ en, "zh-CN": zhCN });
