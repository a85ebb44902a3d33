import type { IncomingMessage, OutgoingHttpHeader } from "node:http";

/** By names in lower case: a name as it is written, and its value; several values are a line each. */
export type Fields = ReadonlyMap<string, readonly [name: string, value: OutgoingHttpHeader]>;

/** Of an answer, what `ws` and we look at. */
export type Upgrade = Pick<
  IncomingMessage,
  "statusCode" | "statusMessage" | "headers" | "rawHeaders"
>;

/** With these `http` sends more than a head. */
const bodily: readonly string[] = ["content-length", "expect", "trailer", "transfer-encoding"];
/** Those say that there is a body, or come several times. */
const notable: readonly string[] = ["content-length", "set-cookie", "transfer-encoding"];
/** In bytes, far below what `http` takes. */
const maxHead = 4096;
const beginning = "HTTP/1.1 101 ";

/** The head of a request as `http` writes it; `null` where it is not so simple, or wrong. */
export function formatRequest(path: string, fields: Fields): string | null {
  let lines = "";
  for (const [key, [name, value]] of fields) {
    if (bodily.includes(key) || !isName(key)) return null;
    // All cookies are one line (RFC 6265 section 5.4).
    const values = key === "cookie" && Array.isArray(value) ? [value.join("; ")] : [value].flat();
    for (const each of values) lines += `${name}: ${each}\r\n`;
    if (!values.every((each) => isPrintable(String(each)))) return null;
  }
  return isPrintable(path) && !path.includes(" ") ? `GET ${path} HTTP/1.1\r\n${lines}\r\n` : null;
}

/**
 * The answer of RFC 6455 section 4.2.2 at the beginning of what came, and how many bytes it has;
 * `null` for any other, for one that is odd in any way, and for one that is not whole.
 */
export function readUpgrade(
  bytes: Buffer,
): { readonly upgrade: Upgrade; readonly length: number } | null {
  const text = bytes.toString("latin1", 0, maxHead);
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  if (!first.startsWith(beginning) || !isPrintable(first)) return null;
  const headers: Record<string, string> = {};
  const rawHeaders: string[] = [];
  for (const line of lines) {
    const colon = Math.max(line.indexOf(": "), 0);
    const [name, value] = [line.slice(0, colon), line.slice(colon + 2)];
    const key = name.toLowerCase();
    if (!isName(key) || key in headers || notable.includes(key)) return null;
    if (!isPrintable(value) || value.trim() !== value) return null;
    headers[key] = value;
    rawHeaders.push(name, value);
  }
  const { connection = "", upgrade = "" } = headers;
  if (connection.toLowerCase() !== "upgrade" || upgrade.toLowerCase() !== "websocket") return null;
  const statusMessage = first.slice(beginning.length);
  return { upgrade: { statusCode: 101, statusMessage, headers, rawHeaders }, length: end + 4 };
}

// Loops: an expression would have to be compiled for the few bytes of one start.

/** Letters in lower case, digits and hyphens; there are other names (RFC 9110 section 5.6.2). */
function isName(key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    const isLetter = code >= 0x61 && code <= 0x7a;
    if (!isLetter && !(code >= 0x30 && code <= 0x39) && code !== 0x2d) return false;
  }
  return key !== "";
}

/** Bytes, and no controls among them (RFC 9110 section 5.5). */
function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f || code > 0xff) return false;
  }
  return true;
}
