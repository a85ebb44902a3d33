import type { Direction, FrameRecord, MessageRecord, parseFilter } from "@wsecho/wire";
import { closePayload, maxControl, type Content } from "./content.ts";

type Parsed = ReturnType<typeof parseFilter>;
type Filter = Extract<Parsed, { readonly ok: true }>["value"];

/** What a rule does to what it matches. */
export type Action =
  | { readonly kind: "hold" }
  | { readonly kind: "drop" }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "replace"; readonly find: RegExp | null; readonly by: string | Uint8Array }
  | {
      readonly kind: "inject";
      readonly where: "before" | "after";
      /** The way of what was matched where it is absent. */
      readonly dir: Direction | undefined;
      readonly content: Content;
    };

export interface Rule {
  /** As it was written, for people. */
  readonly expression: string;
  readonly match: Filter;
  readonly action: Action;
  /** How often at most. */
  readonly times: number;
}

export interface Injection {
  readonly dir: Direction;
  readonly content: Content;
}

/** What becomes of a message or a control frame. */
export interface Verdict {
  readonly hold: boolean;
  readonly drop: boolean;
  /** Milliseconds. */
  readonly delay: number;
  /** The payload instead. */
  readonly edit: Uint8Array | undefined;
  readonly before: readonly Injection[];
  readonly after: readonly Injection[];
  /** What did it, in words: `rule 2`. */
  readonly by: readonly string[];
}

export const untouched: Verdict = {
  hold: false,
  drop: false,
  delay: 0,
  edit: undefined,
  before: [],
  after: [],
  by: [],
};

/** The rules that hold at the moment, and how often each was used; all connections share it. */
export interface Rulebook {
  readonly rules: readonly Rule[];
  set(rules: readonly Rule[]): void;
  /** Looks at a whole message, or a control frame. Rules apply in their order, up to a drop. */
  judge(record: MessageRecord | FrameRecord): Verdict;
}

export function createRulebook(initial: readonly Rule[] = []): Rulebook {
  let rules = initial;
  const used = new Map<Rule, number>();
  return {
    get rules() {
      return rules;
    },
    set(next) {
      rules = next;
    },
    judge(record) {
      let seen = record;
      let verdict = untouched;
      for (const [i, rule] of rules.entries()) {
        const count = used.get(rule) ?? 0;
        if (count >= rule.times || !rule.match(seen)) continue;
        const next = apply(rule.action, seen, verdict);
        if (next === verdict) continue;
        used.set(rule, count + 1);
        verdict = { ...next, by: [...next.by, `rule ${i + 1}`] };
        if (verdict.drop) break;
        seen = withEdit(record, verdict.edit);
      }
      return verdict;
    },
  };
}

function apply(action: Action, seen: MessageRecord | FrameRecord, verdict: Verdict): Verdict {
  switch (action.kind) {
    case "hold":
      return { ...verdict, hold: true };
    case "drop":
      return { ...verdict, drop: true };
    case "delay":
      return { ...verdict, delay: verdict.delay + action.ms };
    case "replace": {
      const edit = replace(action, seen);
      return edit === undefined ? verdict : { ...verdict, edit };
    }
    case "inject": {
      const injection = { dir: action.dir ?? seen.dir, content: action.content };
      return action.where === "before"
        ? { ...verdict, before: [...verdict.before, injection] }
        : { ...verdict, after: [...verdict.after, injection] };
    }
  }
}

/** `undefined` where nothing changes, or where not all of the text is known. */
function replace(
  { find, by }: Extract<Action, { readonly kind: "replace" }>,
  seen: MessageRecord | FrameRecord,
): Uint8Array | undefined {
  let bytes: Uint8Array;
  if (find === null) bytes = Buffer.from(by);
  else {
    if (seen.text === undefined || seen.cut !== undefined || typeof by !== "string")
      return undefined;
    if (seen.k === "message" && seen.incomplete) return undefined;
    const text = seen.text.replace(find, by);
    if (text === seen.text) return undefined;
    bytes = Buffer.from(text);
  }
  return seen.k === "message" ? bytes : controlPayload(seen, bytes);
}

/** The payload of a control frame with another text; `undefined` where that is too long. */
export function controlPayload(frame: FrameRecord, text: Uint8Array): Uint8Array | undefined {
  const payload = frame.op === 8 ? closePayload(codeOf(frame), Buffer.from(text).toString()) : text;
  return payload.length > maxControl ? undefined : payload;
}

function codeOf({ raw, key }: FrameRecord): number {
  const at = (i: number): number => (raw[i] ?? 0) ^ (key?.[i] ?? 0);
  return raw.length < 2 ? 1000 : at(0) * 256 + at(1);
}

/** The record as later rules see it. */
function withEdit<T extends MessageRecord | FrameRecord>(
  record: T,
  edit: Uint8Array | undefined,
): T {
  if (edit === undefined) return record;
  const shown = record.k === "frame" && record.op === 8 ? edit.subarray(2) : edit;
  return record.op === 2
    ? { ...record, data: edit, len: edit.length }
    : { ...record, text: Buffer.from(shown).toString(), len: edit.length };
}
