import type { Target } from "./target.ts";

const hidden = "•••";

/**
 * `text` for a person's eyes: without the password, without what a recorded SCRAM exchange needs
 * for guessing it, and without characters that could drive a terminal.
 */
export function redact(text: string, { password }: Pick<Target, "password">): string {
  // Conversations show texts as JSON strings, and a v1 text is JSON already.
  const inJson = quoted(password);
  const open = [quoted(inJson), inJson, password]
    .reduce((left, secret) => left.replaceAll(secret, hidden), text)
    .replaceAll(/\b([pv])=[A-Za-z0-9+/]{16,}={0,2}/g, `$1=${hidden}`);
  return printable(open);
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Controls, format characters and line ends as escapes: a peer's bytes stay words. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** At most `length` characters, and how many there were. */
export function shorten(text: string, length = 300): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}
