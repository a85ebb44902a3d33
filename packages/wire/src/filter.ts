import { toHex } from "./bytes.ts";
import { fields, fieldNames, type Value } from "./filter-fields.ts";
import type { WireRecord } from "./records.ts";
import { failure, success, type Result } from "./result.ts";

/** Whether a record is wanted. */
export type Filter = (record: WireRecord) => boolean;

/** Why an expression is none. */
export interface FilterError {
  /** Offset of the character where it goes wrong. */
  readonly at: number;
  /** What is wrong, and what would be right. */
  readonly says: string;
}

interface Token {
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
/** Deeper than anybody writes, and not deep enough to end the stack. */
const maxDepth = 50;

/**
 * Reads a filter: `op:ping`, `dir:c2s`, `len>1k`, `/regex/i`, `"text"`, joined by blanks or `and`,
 * `or`, `not` and parentheses; Wireshark's names stand for ours, as in `websocket.opcode == 9`.
 * An empty expression wants everything.
 */
export function parseFilter(expression: string): Result<Filter, FilterError> {
  const tokens = tokenize(expression);
  if (!tokens.ok) return tokens;
  if (tokens.value.length === 0) return success(() => true);
  const parser = createParser(tokens.value, expression.length);
  const filter = parser.any(0);
  if (!filter.ok) return filter;
  const rest = parser.peek();
  return rest === undefined
    ? filter
    : failure({ at: rest.at, says: `"${rest.text}" is not expected here` });
}

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

function tokenize(expression: string): Result<readonly Token[], FilterError> {
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

interface Parser {
  any(depth: number): Result<Filter, FilterError>;
  peek(): Token | undefined;
}

function createParser(tokens: readonly Token[], end: number): Parser {
  let next = 0;
  const peek = (): Token | undefined => tokens[next];
  const wrong = (says: string, at = peek()?.at ?? end): Result<Filter, FilterError> =>
    failure({ at, says });

  const any = (depth: number): Result<Filter, FilterError> => {
    const first = all(depth);
    if (!first.ok) return first;
    const filters = [first.value];
    while (peek()?.kind === "||") {
      next += 1;
      const more = all(depth);
      if (!more.ok) return more;
      filters.push(more.value);
    }
    return success((record) => filters.some((filter) => filter(record)));
  };

  const all = (depth: number): Result<Filter, FilterError> => {
    const filters: Filter[] = [];
    for (;;) {
      const one = not(depth);
      if (!one.ok) return one;
      filters.push(one.value);
      if (peek()?.kind === "&&") next += 1;
      else if (peek() === undefined || peek()?.kind === "||" || peek()?.kind === ")") break;
    }
    return success((record) => filters.every((filter) => filter(record)));
  };

  const not = (depth: number): Result<Filter, FilterError> => {
    let negated = false;
    while (peek()?.kind === "!") {
      next += 1;
      negated = !negated;
    }
    const filter = term(depth);
    if (!filter.ok || !negated) return filter;
    return success((record) => !filter.value(record));
  };

  const term = (depth: number): Result<Filter, FilterError> => {
    const token = peek();
    if (token === undefined) return wrong("something is missing at the end, as in op:ping");
    next += 1;
    switch (token.kind) {
      case "(": {
        if (depth >= maxDepth) return wrong("too many parentheses", token.at);
        const inner = any(depth + 1);
        if (!inner.ok) return inner;
        if (peek()?.kind !== ")") return wrong("a closing parenthesis is missing");
        next += 1;
        return inner;
      }
      case "regex": {
        const regex = toRegex(token);
        return regex.ok ? success((record) => regex.value.test(textOf(record))) : regex;
      }
      case "text":
        return contains(unquote(token.text));
      case "word":
        return field(token);
      default:
        return wrong(`"${token.text}" is not expected here`, token.at);
    }
  };

  const contains = (part: string): Result<Filter, FilterError> => {
    const wanted = part.toLowerCase();
    return success((record) => textOf(record).toLowerCase().includes(wanted));
  };

  const field = (name: Token): Result<Filter, FilterError> => {
    const operator = peek();
    const read = Object.hasOwn(fields, name.text.toLowerCase())
      ? fields[name.text.toLowerCase()]
      : undefined;
    if (operator?.kind !== ":" && operator?.kind !== "operator") {
      if (read !== undefined) return success((record) => isSet(read(record)));
      // A word that is no field is looked for; a name with a dot is a mistake in a field's name.
      return /^(websocket|tcp|frame|ip|http)\./i.test(name.text)
        ? unknown(name)
        : contains(name.text);
    }
    if (read === undefined) return unknown(name);
    next += 1;
    const value = peek();
    if (value?.kind !== "word" && value?.kind !== "text" && value?.kind !== "regex")
      return wrong(`a value is missing behind "${name.text}${operator.text}"`);
    next += 1;
    return compare(read, operator.kind === ":" ? ":" : operator.text, value);
  };

  const unknown = (name: Token): Result<Filter, FilterError> =>
    wrong(`there is no field "${name.text}"; known: ${fieldNames.join(", ")}`, name.at);

  return { any, peek };
}

const isSet = (value: Value): boolean =>
  value !== undefined &&
  value !== 0 &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0);

/** What free text is looked for in. */
function textOf(record: WireRecord): string {
  switch (record.k) {
    case "handshake":
      return record.head;
    case "frame":
      return record.text ?? "";
    case "message":
      return record.text ?? (record.data === undefined ? "" : toHex(record.data));
    case "close":
      return record.reason;
    case "note":
      return record.says;
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}

function toRegex({ text, at }: Token): Result<RegExp, FilterError> {
  const end = text.lastIndexOf("/");
  // Neither g nor y: they would remember the last record.
  const flags = text.slice(end + 1);
  if (/[^imsu]/.test(flags))
    return failure({ at, says: `the flags "${flags}" are not all of i, m, s, u` });
  try {
    return success(new RegExp(text.slice(1, end), flags));
  } catch {
    return failure({ at, says: "this is not a regular expression" });
  }
}

function compare(
  read: (record: WireRecord) => Value,
  operator: string,
  token: Token,
): Result<Filter, FilterError> {
  const over =
    (test: (value: string | number) => boolean): Filter =>
    (record) => {
      const value = read(record);
      if (value === undefined) return false;
      return typeof value === "object" ? value.some(test) : test(value);
    };
  if (token.kind === "regex" || operator === "matches" || operator === "~") {
    const quoted = token.kind === "regex" ? token : { ...token, text: `/${plainOf(token)}/` };
    const regex = toRegex(quoted);
    if (!regex.ok) return regex;
    return success(over((value) => regex.value.test(String(value))));
  }
  const text = plainOf(token);
  if (operator === "contains") {
    const wanted = text.toLowerCase();
    return success(over((value) => String(value).toLowerCase().includes(wanted)));
  }
  const equal = (value: string | number, wanted: string): boolean => {
    const number = toNumber(wanted);
    if (typeof value === "number" && number !== undefined) return value === number;
    return (
      String(value).toLowerCase().replaceAll(/^0x|:/g, "") ===
      wanted.toLowerCase().replaceAll(/^0x|:/g, "")
    );
  };
  if (operator === ":" || operator === "==" || operator === "=") {
    const wanted = operator === ":" && token.kind === "word" ? text.split(",") : [text];
    return success(over((value) => wanted.some((one) => equal(value, one))));
  }
  if (operator === "!=") {
    const some = over((value) => equal(value, text));
    return success((record) => read(record) !== undefined && !some(record));
  }
  const limit = toNumber(text);
  if (limit === undefined)
    return failure({ at: token.at, says: `"${text}" is not a number, as in len>1k` });
  return success(
    over((value) => {
      if (typeof value !== "number") return false;
      if (operator === ">") return value > limit;
      if (operator === ">=") return value >= limit;
      return operator === "<" ? value < limit : value <= limit;
    }),
  );
}

const plainOf = ({ kind, text }: Token): string => (kind === "text" ? unquote(text) : text);

/** Decimal with k (1024) or m, or hex with 0x. */
function toNumber(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text)) return Number.parseInt(text, 16);
  const match = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text);
  if (match === null) return { true: 1, false: 0 }[text.toLowerCase()];
  const unit = { k: 1024, m: 1_048_576 }[(match[2] ?? "").toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}
