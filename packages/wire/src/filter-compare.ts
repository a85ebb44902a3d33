import type { Value } from "./filter-fields.ts";
import { plainOf, type FilterError, type Token } from "./filter-tokens.ts";
import type { WireRecord } from "./records.ts";
import { failure, success, type Result } from "./result.ts";

/** Whether a record is wanted. */
export type Filter = (record: WireRecord) => boolean;

/** Whether a field that stands alone, as in `fin`, counts as given. */
export const isSet = (value: Value): boolean =>
  value !== undefined &&
  value !== 0 &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0);

export function toRegex({ text, at }: Token): Result<RegExp, FilterError> {
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

/** Whether the value of a field stands as it should to what is written behind the operator. */
export function compare(
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

/** Decimal with k (1024) or m, or hex with 0x. */
function toNumber(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text)) return Number.parseInt(text, 16);
  const match = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text);
  if (match === null)
    return new Map([
      ["true", 1],
      ["false", 0],
    ]).get(text.toLowerCase());
  const unit = { k: 1024, m: 1_048_576 }[(match[2] ?? "").toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}
