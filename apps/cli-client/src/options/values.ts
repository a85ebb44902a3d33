import { InvalidArgumentError } from "commander";
import { isHeaderToken } from "../header-token.ts";

const maxSeconds = 86_400;

/** @throws InvalidArgumentError, as all of these do: commander tells it with the option's name */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= maxSeconds))
    throw new InvalidArgumentError(`It must be a number of seconds above 0, up to ${maxSeconds}.`);
  return value;
}

export function above(limit: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value > limit && value <= 1e9))
      throw new InvalidArgumentError(`It must be a number above ${limit}.`);
    return value;
  };
}

export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** For an option that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The same for subprotocols, each of which a handshake names once (RFC 6455 section 4.1). */
export function subprotocols(text: string, before: readonly string[] = []): readonly string[] {
  if (!isHeaderToken(text))
    throw new InvalidArgumentError("It must be a token: no blanks, commas or other separators.");
  return before.includes(text) ? before : [...before, text];
}

/** Of a page: ASCII without blanks (RFC 6454 section 6.2). */
export function origin(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new InvalidArgumentError("It must look like https://example.org.");
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where to listen: `[host:]port`, on this machine alone where no host is named. */
export function address(text: string): Address {
  const [, v6, name, digits] = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(\d+)$/.exec(text) ?? [];
  const host = v6 ?? (name === undefined || name === "" ? "127.0.0.1" : name);
  return { host, port: whole(0, 65_535)(digits ?? "") };
}
