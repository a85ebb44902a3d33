import { toHex } from "./bytes.ts";
import { compare, isSet, toRegex, type Filter } from "./filter-compare.ts";
import { fieldNames, fields } from "./filter-fields.ts";
import { plainOf, tokenize, type FilterError, type Token } from "./filter-tokens.ts";
import type { WireRecord } from "./records.ts";
import { failure, success, type Result } from "./result.ts";

export type { Filter, FilterError };

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
        return contains(plainOf(token));
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
