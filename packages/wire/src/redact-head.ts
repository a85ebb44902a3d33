import { fromBase64, fromLatin1, fromUtf8, fromUtf8Lenient, toUtf8 } from "./bytes.ts";
import { parseHead } from "./http.ts";
import type { HandshakeRecord } from "./records.ts";

/** What stands in place of a secret whose length nobody needs. */
export const blank = "***";

/** Headers whose values let somebody in, by any name that people give them. */
const secretName =
  /authori[sz]ation|authentication-info|cookie|token|api-?key|secret|passw|credential|session|x-auth|jwt|signature/i;
/** Headers that carry an address. */
const addressName =
  /^(referer|location|content-location|origin|x-original-url|x-forwarded-uri|refresh|link)$/i;
/** In subprotocol entries that carry a token, behind the next separator. */
const secretWord = /bearer|token|auth|jwt|secret|key/i;
const jwt = /eyJ[\w-]{5,}(\.[\w-]*)*/g;

/** A request's target or an address without its query, fragment and credentials. */
export function redactAddress(address: string): string {
  return address
    .replace(/(^|\/\/)[^/?#<>]*@/g, `$1${blank}@`)
    .replace(/[?#][^\s>,;]*/g, (tail) => (tail.length > 1 ? `${tail[0] ?? ""}${blank}` : tail));
}

/** A text of any kind without tokens, and without the credentials of the addresses in it. */
function redactProse(text: string): string {
  return text.replace(jwt, blank).replace(/(:\/\/)[^/?#<>"\s]*@/g, `$1${blank}@`);
}

/** The value of a header without what lets somebody in: a scheme stays, and an address without its query. */
export function redactHeader(name: string, value: string): string {
  if (/^sec-websocket-protocol$/i.test(name))
    return value
      .split(",")
      .map((entry) => {
        const [, before = "", text = ""] = /^(\s*)(.*)$/s.exec(entry) ?? [];
        return before + redactEntry(text).replace(jwt, blank);
      })
      .join(",");
  if (/^sec-websocket-/i.test(name)) return value;
  if (secretName.test(name)) {
    // The scheme is worth knowing and no secret: Basic, Bearer, Digest.
    const scheme = /authorization$/i.test(name)
      ? /^(basic|bearer|digest|negotiate|ntlm)\s/i.exec(value)
      : null;
    return value === "" ? value : `${scheme?.[0] ?? ""}${blank}`;
  }
  if (addressName.test(name)) return redactAddress(value);
  return redactProse(value);
}

/** In two steps, or each occurrence of a word would look for its separator anew. */
function redactEntry(entry: string): string {
  const at = entry.search(secretWord);
  if (at < 0) return entry;
  return entry.slice(0, at) + entry.slice(at).replace(/^([^.=_-]*[.=_-]).+/s, `$1${blank}`);
}

/**
 * A handshake without what lets somebody in: credentials, cookies, tokens, the query.
 *
 * @param known secrets seen before on this connection; those of `record` are added
 */
export function redactHandshake(record: HandshakeRecord, known: Set<string>): HandshakeRecord {
  // A cut head may end inside a header: its last line could be the beginning of anything.
  const lines = record.head.split(/\r?\n/);
  let owner = "";
  const redacted = lines.map((line, i) => {
    // A folded line goes on with the header above it.
    const folded = /^[ \t]/.test(line);
    if (!folded) owner = line.split(":", 1)[0] ?? "";
    if (i === 0) return redactFirst(record, line, known);
    const match = /^([^:]*)(:\s*)(.*)$/s.exec(folded ? `${owner}:${line}` : line);
    // Not a header at all: nobody knows what it is.
    if (match === null) return line === "" ? line : blank;
    const [, name = "", colon = "", value = ""] = match;
    const shown = redactHeader(name.trim(), value);
    if (shown === value) return line;
    remember(value, shown, known);
    return folded ? ` ${blank}` : `${name}${colon}${shown}`;
  });
  const head = redacted.join(record.head.includes("\r\n") ? "\r\n" : "\n");
  const { headers, first } = parseHead(head);
  const body = record.body && scrub(record.body, known);
  const changed = head !== record.head || body !== record.body;
  if (!changed) return record;
  return {
    ...record,
    head,
    headers,
    ...(record.target !== undefined && { target: first[1] }),
    ...(record.subprotocol && {
      subprotocol: redactHeader("sec-websocket-protocol", record.subprotocol),
    }),
    ...(body !== undefined && { body }),
    redacted: "masked",
  };
}

function redactFirst(record: HandshakeRecord, line: string, known: Set<string>): string {
  if (record.dir === "s2c") return line;
  return line.replace(
    /^(\S+ )(.*?)( HTTP\/\S*)?$/s,
    (_, method: string, target: string, version = "") => {
      // All that is behind, for here nothing follows it.
      const shown = redactAddress(target).replace(/([?#]\*\*\*).*/s, "$1");
      if (shown !== target) remember(target, shown, known);
      return `${method}${shown}${String(version)}`;
    },
  );
}

/** As many secrets are kept per connection, of the lengths that a text does not hold by chance. */
const maxKnown = 64;

/** Notes the parts of `value`, so that an answer that repeats one can be told. */
function remember(value: string, shown: string, known: Set<string>): void {
  const parts = value
    .split(/[?&#;,\s]+/)
    .flatMap((part) => [
      part,
      part.slice(part.indexOf("=") + 1),
      part.slice(part.lastIndexOf(".") + 1),
    ]);
  for (const part of [value, ...parts])
    if (part.length >= 4 && !shown.includes(part) && known.size < maxKnown)
      for (const form of [part, decodeLenient(part), ...inBase64(part)]) known.add(form);
}

/** What Basic (`name:password`) and the subprotocols of bearers write in base64. */
function inBase64(part: string): readonly string[] {
  const whole = part.replaceAll("-", "+").replaceAll("_", "/").replace(/=*$/, "");
  const bytes = fromBase64(whole.padEnd(Math.ceil(whole.length / 4) * 4, "="));
  const text = bytes && fromUtf8(bytes);
  if (text === undefined) return [];
  return [text, text.slice(text.indexOf(":") + 1)].filter(({ length }) => length >= 4);
}

function decodeLenient(text: string): string {
  return text.replace(/(%[\da-f]{2})+/gi, (run) =>
    fromUtf8Lenient(
      fromLatin1(
        run.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      ),
    ),
  );
}

/** A body without the secrets that its request carried. */
function scrub(body: Uint8Array, known: ReadonlySet<string>): Uint8Array {
  const text = fromUtf8(body);
  if (text === undefined) return body;
  let shown = redactProse(text);
  for (const secret of known) shown = shown.split(secret).join(blank);
  return shown === text ? body : toUtf8(shown);
}
