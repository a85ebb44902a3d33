import { wordsOf } from "../words/language.ts";
import { en } from "./words/en.ts";
import { zhCN } from "./words/zh-cn.ts";

/** The words for `key` in the fault lab. */
export const lt = wordsOf<typeof en>({ en, "zh-CN": zhCN });
