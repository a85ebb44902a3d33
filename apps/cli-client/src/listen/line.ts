import { failure, success, type Result } from "@wsecho/protocol";
import { completeCommand } from "../commands/slash-completion.ts";
import { commandHelp, readLine, type Command } from "../commands/slash.ts";
import type { Completion } from "../prompt/editor.ts";

/** What a line at the prompt of `listen` asks for, and of which client; `null` is all of them. */
export type ListenCommand = { readonly to: number | null } & (
  | Extract<Command, { readonly kind: "send" }>
  | { readonly kind: "clients" | "headers" | "stats" | "help" }
);

/** Of the commands of `connect` those that a server can do as well. */
const shared = /^\/(?:ping|pong|close|bin|file|repeat|stats|\/)/;

export const listenHelp = [
  "/to N LINE                the line for client N alone: a text, or a command",
  "/clients                  who is connected",
  "/headers                  what clients sent at the handshake",
  ...commandHelp.split("\n").filter((line) => shared.test(line)),
].join("\n");

export function readListenLine(
  line: string,
  to: number | null = null,
): Result<ListenCommand, string> {
  const [, name = "", rest = ""] = /^\/(\S+)\s*([^]*)$/.exec(line) ?? [];
  if (name === "to") {
    const [, number, inner] = /^(\d+)\s([^]+)$/.exec(rest) ?? [];
    return number === undefined || inner === undefined || to !== null
      ? failure("/to needs the number of a client and a line; /clients shows who is there")
      : readListenLine(inner, Number(number));
  }
  if (name === "clients" || name === "headers" || name === "help")
    return success({ kind: name, to });
  if (line.startsWith("/") && !shared.test(line))
    return failure(`there is no /${name}; /help shows what there is, // sends a slash`);
  const command = readLine(line);
  if (!command.ok) return command;
  const { value } = command;
  if (value.kind === "send") return success({ ...value, to });
  return success({ kind: "stats", to });
}

export function completeListenLine(draft: string): Completion | null {
  const [, inner = draft] = /^\/to \d+ (\/[^]*)$/.exec(draft) ?? [];
  return completeCommand(listenHelp, inner);
}
