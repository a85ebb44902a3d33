import { failure, success, type Result } from "./result.ts";

/** Why an expression is none. */
export interface FilterError {
  /** Offset of the character where it goes wrong. */
  readonly at: number;
  /** What is wrong, and what would be right. */
  readonly says: string;
}

export interface Token {
  readonly kind: "word" | "text" | "regex" | "operator" | "(" | ")" | "!" | "&&" | "||" | ":";
  readonly text: string;
  readonly at: number;
}

const words: Readonly<Record<string, Token["kind"]>> = { and: "&&", or: "||", not: "!" };
const comparisons: Readonly<Record<string, string>> = {
  eq: "==",
  ne: "!=",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
  contains: "contains",
  matches: "matches",
};

const patterns: readonly (readonly [Token["kind"] | undefined, RegExp])[] = [
  [undefined, /\s+/y],
  ["text", /"(?:[^"\\]|\\.)*"/y],
  ["regex", /\/(?:[^/\\]|\\.)+\/[a-z]*/y],
  ["operator", /==|!=|>=|<=|>|<|=|~/y],
  ["&&", /&&/y],
  ["||", /\|\|/y],
  ["!", /!/y],
  ["(", /\(/y],
  [")", /\)/y],
  // Bytes as Wireshark writes them.
  ["word", /[\da-f]{2}(?::[\da-f]{2})+(?![^\s()])/iy],
  [":", /:/y],
  ["word", /[^\s"/()!<>=~&|:]+/y],
];

/** Cuts an expression into words, values and operators. */
export function tokenize(expression: string): Result<readonly Token[], FilterError> {
  const tokens: Token[] = [];
  for (let at = 0; at < expression.length;) {
    let text = "";
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      text = pattern.exec(expression)?.[0] ?? "";
      if (text === "") continue;
      if (kind !== undefined) {
        const word = kind === "word" ? text.toLowerCase() : "";
        if (Object.hasOwn(words, word)) tokens.push({ kind: words[word] ?? kind, text, at });
        else if (Object.hasOwn(comparisons, word))
          tokens.push({ kind: "operator", text: comparisons[word] ?? text, at });
        else tokens.push({ kind, text, at });
      }
      break;
    }
    if (text === "") {
      const open = expression[at] === '"' || expression[at] === "/";
      return failure({
        at,
        says: open
          ? `${expression[at] ?? ""} has no end`
          : `"${expression[at] ?? ""}" is not expected here`,
      });
    }
    at += text.length;
  }
  return success(tokens);
}

/** What a token says, without quotes and escapes. */
export function plainOf({ kind, text }: Token): string {
  return kind === "text" ? text.slice(1, -1).replaceAll(/\\(.)/g, "$1") : text;
}
