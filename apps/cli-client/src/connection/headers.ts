import { failure, success, type Result } from "@wsecho/protocol";
import { redactHeader } from "@wsecho/wire/secrets";
import { isHeaderToken } from "../header-token.ts";
import { readSecret } from "../secret-file.ts";

/** Request headers in their order of names; a name that was given twice has both values. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** What the WebSocket handshake itself is made of (RFC 6455 section 4.1). */
const ours = /^(sec-websocket-.*|upgrade|connection)$/i;
// RFC 9110 section 5.5.
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * Reads `Name: value`, and `@file` with one such line each (empty lines and `#` comments aside). An
 * error names the header, never its value.
 *
 * @param env what `${NAME}` stands for in a value; `null` where it stands for itself
 */
export function readHeaders(
  lines: readonly string[],
  env: Readonly<Record<string, string | undefined>> | null,
  readFile: (path: string) => Result<readonly string[], string>,
): Result<Headers, string> {
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const file = line.startsWith("@") ? readFile(line.slice(1)) : success([line]);
    if (!file.ok) return file;
    for (const each of file.value) {
      const header = readHeader(each, env);
      if (!header.ok) return header;
      const [name, value] = header.value;
      const known = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
      (headers[known ?? name] ??= []).push(value);
    }
  }
  return success(headers);
}

function readHeader(
  line: string,
  env: Readonly<Record<string, string | undefined>> | null,
): Result<readonly [string, string], string> {
  const colon = line.indexOf(":");
  if (colon < 1) return failure('-H needs "Name: value", or @FILE with one of them a line');
  const name = line.slice(0, colon).trim();
  if (!isHeaderToken(name)) return failure("-H: the name before the colon is none of a header");
  if (/^sec-websocket-protocol$/i.test(name))
    return failure("-H: write --subprotocol NAME instead of Sec-WebSocket-Protocol");
  if (ours.test(name)) return failure(`-H: ${name} belongs to the handshake itself`);
  const unknown: string[] = [];
  const given = line.slice(colon + 1).trim();
  const value =
    env === null
      ? given
      : given.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
          const text = env[variable];
          if (text === undefined) unknown.push(variable);
          return text ?? "";
        });
  const [absent] = unknown;
  if (absent !== undefined) return failure(`-H ${name}: there is no variable ${absent}`);
  if (controls.test(value)) return failure(`-H ${name}: the value holds control characters`);
  // In UTF-8, as curl sends it: for Node each character of a header is a byte.
  return success([name, Buffer.from(value).toString("latin1")]);
}

/** The lines of a header file. */
export function headerLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/** `user:password` for `Authorization: Basic` (RFC 7617), in UTF-8. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** A token for `Authorization: Bearer` (RFC 6750). */
export function bearer(token: string): Result<string, string> {
  return /^[\x21-\x7e]+$/.test(token)
    ? success(`Bearer ${token}`)
    : failure("the token holds blanks, or what is not ASCII; is it the token alone?");
}

/** The first line of `--auth-file`. */
export function readAuthFile(path: string): Result<string, string> {
  return readSecret("--auth-file", path);
}

/** A header as it may be shown. */
export function showHeader(name: string, value: string): string {
  return `${name}: ${showValue(name, value)}`;
}

/** A subprotocol as it may be shown: it may be a token. */
export function showSubprotocol(name: string): string {
  return showValue("Sec-WebSocket-Protocol", name);
}

const showValue = (name: string, value: string): string =>
  redactHeader(name, value).replaceAll("***", "…");
