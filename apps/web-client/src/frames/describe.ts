import {
  lintRules,
  type FrameField,
  type FrameRecord,
  type Lint,
  type LintRule,
  type NoteCode,
  type NoteRecord,
} from "@wsecho/wire";
import { formatCount } from "../text/format.ts";
import type { Language } from "../words/language.ts";
import type { FrameWords } from "./words.ts";
import { lintZhCN, notesZhCN } from "./words/lint-zh-cn.ts";

/** A text that may end in something that was said in English only. */
export interface Said {
  readonly words: string;
  readonly english: string;
}

/** A broken rule in words. Records bring them in English; what a newer version says stays so. */
export function lintWords({ rule, says }: Lint, language: Language): Said {
  if (language === "en") return { words: says, english: "" };
  if (!Object.hasOwn(lintRules, rule)) return { words: "", english: says };
  const known = rule as LintRule;
  const plain = lintRules[known][2];
  const detail = says.startsWith(`${plain}: `) ? says.slice(plain.length + 2) : "";
  return { words: lintZhCN[known], english: detail };
}

export function noteWords(note: NoteRecord, language: Language, t: FrameWords): Said {
  const { code, says, user } = note;
  if (code === "session" && user !== undefined)
    return { words: t("list.session", { user, conn: String(note.conn) }), english: "" };
  if (language === "en") return { words: says, english: "" };
  return Object.hasOwn(notesZhCN, code)
    ? { words: notesZhCN[code as NoteCode], english: says }
    : { words: "", english: says };
}

/** The name of an opcode, as in "text". */
export function opWords(op: number, t: FrameWords): string {
  switch (op) {
    case 0:
    case 1:
    case 2:
    case 8:
    case 9:
    case 10:
      return t(`op.${op}`);
    default:
      return t("op.reserved");
  }
}

/** What a field's value means. */
export function fieldWords(field: FrameField, frame: FrameRecord, t: FrameWords): string {
  const { fin, op, key, hdr, len } = frame;
  const short = (hdr[1] ?? 0) & 127;
  switch (field.name) {
    case "FIN":
      return t(`field.fin.${fin}`);
    case "RSV1":
      return (frame.rsv & 4) === 0 ? "0" : `1 ${t("field.rsv1.compressed")}`;
    case "opcode":
      return `${op} ${opWords(op, t)}`;
    case "MASK":
      return t(key === null ? "field.mask.0" : "field.mask.1");
    case "length":
      return short < 126
        ? String(short)
        : t("field.length.follows", { short: String(short), bytes: short === 126 ? "2" : "8" });
    case "masking key":
      return t("field.key.says");
    case "payload":
      return `${formatCount(len)} B`;
    case "RSV2":
    case "RSV3":
    case "extended length":
    case "close code":
    case "close reason":
      return field.says;
  }
}
