import { isRecord } from "../schema.ts";
import type { Amount } from "./format.ts";

/** What the placeholders and limits of a vector stand for in one run. */
export interface Setting {
  /** `{{user}}`, `{{password}}`, `{{wrongPassword}}`, `{{unknownUser}}`. */
  readonly values: Readonly<Record<string, string>>;
  /** The server's limits, as far as they are known. */
  readonly limits: Readonly<Partial<Record<Amount["limit"], number>>>;
}

/** `value` with every placeholder in its strings filled in. An unknown one stays as it is. */
export function fillIn(value: unknown, { values }: Setting): unknown {
  return mapStrings(value, (text) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
    ),
  );
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapStrings(item, map)]),
  );
}

/** The number that `amount` means; `undefined` where the limit is not known. */
export function amountOf(amount: Amount, { limits }: Setting): number | undefined {
  const limit = limits[amount.limit];
  return limit === undefined
    ? undefined
    : Math.round(limit * (amount.times ?? 1)) + (amount.plus ?? 0);
}

/**
 * Where `actual` is not what `expected` asks for: at least its fields, the same values, or one of
 * the wildcards of vectors/README.md. `undefined` where it fits.
 */
export function mismatch(
  expected: unknown,
  actual: unknown,
  setting: Setting,
  path = "message",
): string | undefined {
  if (!isRecord(expected) || Array.isArray(expected)) {
    return same(fillIn(expected, setting), actual) ? undefined : `${path} is not as expected`;
  }
  if ("$any" in expected)
    return isKind(expected["$any"], actual)
      ? undefined
      : `${path} is not of the kind ${String(expected["$any"])}`;
  if ("$limit" in expected) {
    const { $limit: limit, ...rest } = expected;
    const number = amountOf({ ...rest, limit } as Amount, setting);
    return number === undefined || number === actual
      ? undefined
      : `${path} is not ${number}, which follows from the limit ${String(limit)}`;
  }
  if ("$without" in expected) {
    const secret = String(fillIn(expected["$without"], setting));
    return typeof actual === "string" && !actual.includes(secret)
      ? undefined
      : `${path} repeats what it must not`;
  }
  if (!isRecord(actual)) return `${path} is not an object`;
  for (const [name, value] of Object.entries(expected)) {
    if (isRecord(value) && "$absent" in value) {
      if (Object.hasOwn(actual, name)) return `${path}.${name} is there`;
      continue;
    }
    if (!Object.hasOwn(actual, name)) return `${path}.${name} is missing`;
    const found = mismatch(value, actual[name], setting, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isKind(kind: unknown, value: unknown): boolean {
  switch (kind) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    default:
      return false;
  }
}

function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((item, i) => same(item, b[i]));
}
