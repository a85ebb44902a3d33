import { isIP } from "node:net";
import { failure, success, type Result } from "@wsecho/protocol";
import { maxTimerMs } from "../limits.ts";
import { didYouMean } from "./suggest.ts";

/** Reads a setting's text. The error goes on after the setting's name, and never repeats the text. */
export type Parse<T> = (text: string) => Result<T, string>;

export const parseText: Parse<string> = (text) =>
  text === "" ? failure("must not be empty") : success(text);

export const parseSwitch: Parse<boolean> = (text) => {
  switch (text.toLowerCase()) {
    case "true":
    case "yes":
    case "on":
    case "1":
      return success(true);
    case "false":
    case "no":
    case "off":
    case "0":
      return success(false);
    default:
      return failure("must be true or false");
  }
};

export function parseCount(min: number, max: number): Parse<number> {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max
      ? success(value)
      : failure(`must be a whole number from ${min} to ${max}`);
  };
}

const sizeUnits: Readonly<Record<string, number>> = { "": 1, B: 1, KiB: 1024, MiB: 1024 * 1024 };

/** Bytes: `65536`, `64KiB` or `1MiB`; up to 1 GiB, where a message is no message any more. */
export const parseSize: Parse<number> = (text) => {
  const [, digits = "", unit = ""] = /^(\d{1,10})(B|KiB|MiB)?$/.exec(text) ?? [];
  const value = digits === "" ? NaN : Number(digits) * (sizeUnits[unit] ?? NaN);
  return value >= 1 && value <= 1024 ** 3
    ? success(value)
    : failure("must be a size such as 65536, 64KiB or 1MiB, at most 1024MiB");
};

const timeUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds: `500ms`, `30s`, `5m`, `1h`. Without a unit nobody knows which one was meant. */
export const parseDuration: Parse<number> = (text) => {
  const [, digits = "", unit = ""] = /^(\d{1,10})(ms|s|m|h)$/.exec(text) ?? [];
  const value = digits === "" ? NaN : Number(digits) * (timeUnits[unit] ?? NaN);
  return value >= 1 && value <= maxTimerMs
    ? success(value)
    : failure("must be a time with its unit, such as 500ms, 30s, 5m or 1h, at most 596h");
};

export function parseChoice<const T extends string>(choices: readonly T[]): Parse<T> {
  return (text) => {
    const choice = choices.find((known) => known === text);
    return choice === undefined
      ? failure(`must be one of ${choices.join(", ")}${didYouMean(text, choices)}`)
      : success(choice);
  };
}

function parseList(isValid: (item: string) => boolean, problem: string): Parse<readonly string[]> {
  return (text) => {
    const items = text.split(",").map((item) => item.trim().toLowerCase());
    return items.every(isValid) ? success(items) : failure(problem);
  };
}

/** As browsers write them in `Origin`: anything else would never match. */
export const parseOrigins = parseList(
  (item) => item === "null" || (/^https?:/.test(item) && URL.parse(item)?.origin === item),
  "must be origins as browsers write them, without a path: https://example.org,http://localhost:8080",
);

export const parseHosts = parseList(
  (item) => isIP(item) !== 0 || (/^[\w.-]+$/.test(item) && URL.parse(`http://${item}`) !== null),
  "must be host names or addresses without scheme and port: echo.example.org,192.0.2.1",
);
