import type { Payload } from "@wsecho/protocol";
import { shellWord, terminalCommand } from "./endpoint.ts";
import { publicAddress } from "./public-address.ts";
import type { Target } from "./target.ts";

/**
 * The terminal's way to send the same message, without secrets; `null` where `wsecho connect`, which
 * takes a line for a message, has none.
 */
export function sendCommand(target: Target, payload: Payload): string | null {
  const { url, dialect, method, username } = target;
  if (payload.kind === "binary" || dialect === "raw" || /[\n\r\0]/.test(payload.text)) return null;
  const connect = terminalCommand(publicAddress(url), dialect, method === "certificate");
  const user = username === "" ? "" : ` --user ${shellWord(username)}`;
  return `printf '%s\\n' ${shellWord(payload.text)} | ${connect}${user}`;
}
