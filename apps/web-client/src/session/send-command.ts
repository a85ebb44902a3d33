import type { Payload } from "@wsecho/protocol";
import { base64Of } from "../text/base64.ts";
import { shellWord, terminalCommand } from "./endpoint.ts";
import type { Target } from "./target.ts";

/**
 * The terminal's way to send the same message, without secrets: what needs no quoting as it is, all
 * other bytes in a form that no shell and no line ending touches.
 */
export function sendCommand(target: Target, payload: Payload): string {
  const { url, dialect, method, username, protocols } = target;
  const [input, line] = inputOf(payload);
  const words = [
    terminalCommand(url, dialect, method === "certificate"),
    ...(username === "" ? [] : ["--user", shellWord(username)]),
    ...(dialect === "raw" ? ["--dialect none"] : []),
    ...(dialect === "raw" ? protocols.map((name) => `--subprotocol ${shellWord(name)}`) : []),
    ...(input === "lines" ? [] : [`--input ${input}`]),
  ];
  return `printf '%s\\n' ${shellWord(line)} | ${words.join(" ")}`;
}

/** A line of the terminal client's input, and its kind. */
function inputOf(payload: Payload): readonly [kind: "lines" | "base64" | "ndjson", line: string] {
  if (payload.kind === "text")
    return /[\p{Cc}\p{Cs}]|^$/u.test(payload.text)
      ? ["ndjson", JSON.stringify({ v: 1, type: "message", text: payload.text })]
      : ["lines", payload.text];
  const b64 = base64Of(payload.data);
  return b64 === "" ? ["ndjson", JSON.stringify({ v: 1, type: "message", b64 })] : ["base64", b64];
}
