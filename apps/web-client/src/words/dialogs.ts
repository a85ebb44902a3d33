import { en } from "./dialogs/en.ts";
import { zhCN } from "./dialogs/zh-cn.ts";
import { wordsOf } from "./language.ts";

/** The words for `key` in the dialogs of the header and of the session's tools. */
export const dt = wordsOf<typeof en>({ en, "zh-CN": zhCN });
