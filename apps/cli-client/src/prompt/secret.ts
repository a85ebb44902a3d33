import type { Key } from "node:readline";

/** What a person typed where nothing may show. */
export type SecretStep =
  | { readonly kind: "typing"; readonly text: string }
  | { readonly kind: "done"; readonly text: string }
  /** Ctrl-D on an empty line. */
  | { readonly kind: "end" };

/** One key of a hidden line: the few that a person needs blind. Any other key changes nothing. */
export function typeSecret(text: string, characters: string | undefined, key: Key): SecretStep {
  const typing = (next: string): SecretStep => ({ kind: "typing", text: next });
  if (key.name === "return" || key.name === "enter") return { kind: "done", text };
  if (key.name === "backspace") return typing(key.meta === true ? "" : withoutLast(text));
  if (key.ctrl === true) {
    if (key.name === "h") return typing(withoutLast(text));
    if (key.name === "u" || key.name === "w") return typing("");
    if (key.name === "d" && text === "") return { kind: "end" };
    return typing(text);
  }
  if (key.meta === true || characters === undefined || !isPrintable(characters))
    return typing(text);
  return typing(text + characters);
}

function withoutLast(text: string): string {
  return Array.from(text).slice(0, -1).join("");
}

/** Characters that only insert themselves. */
export function isPrintable(characters: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return characters !== "" && !/[\u0000-\u001f\u007f]/.test(characters);
}
