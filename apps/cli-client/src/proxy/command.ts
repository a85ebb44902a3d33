import { failure, success, type Result } from "@wsecho/protocol";
import type { Direction } from "@wsecho/wire";

/** What a person types while the proxy runs. */
export type Command =
  | { readonly kind: "help" | "list" | "quit" | "rules" | "nothing" }
  | { readonly kind: "forward" | "drop"; readonly which: number | "all" }
  | { readonly kind: "edit"; readonly id: number; readonly text: string }
  | { readonly kind: "hold"; readonly on: boolean }
  | {
      readonly kind: "inject";
      readonly conn: number | undefined;
      readonly dir: Direction;
      readonly op: 1 | 2 | 8 | 9 | 10;
      readonly text: string;
    }
  | { readonly kind: "add-rule"; readonly rule: string }
  | { readonly kind: "remove-rule"; readonly number: number }
  | { readonly kind: "load-rules"; readonly file: string };

export const help = `forward N | all          let a held message go on as it is
edit N TEXT              let it go on with another text
drop N | all             let it go nowhere
inject [CONN] c2s|s2c TEXT             add a text, to the server or to the client
inject [CONN] c2s|s2c ping|pong [TEXT], binary HEX, close [CODE] [REASON]
hold on | off            hold every message, or those of the rules only
list                     what is held, and which connections are open
rules                    the rules; rules add {…}, rules remove N, rules load FILE
quit                     end the proxy, and its connections`;

/** Reads one line. The error says what to type instead. */
export function parseCommand(line: string): Result<Command, string> {
  const [, word = "", rest = ""] = /^\s*(\S*)\s?(.*)$/s.exec(line) ?? [];
  switch (word.toLowerCase()) {
    case "":
      return success({ kind: "nothing" });
    case "help":
    case "?":
      return success({ kind: "help" });
    case "list":
      return success({ kind: "list" });
    case "quit":
    case "exit":
      return success({ kind: "quit" });
    case "forward":
    case "drop": {
      const which = rest.trim() === "all" ? "all" : numberOf(rest.trim());
      if (which === undefined) return failure(`${word} takes the number of a held message, or all`);
      return success({ kind: word.toLowerCase() as "forward" | "drop", which });
    }
    case "edit": {
      const [, digits = "", text = ""] = /^\s*(\S*)\s?(.*)$/s.exec(rest) ?? [];
      const id = numberOf(digits);
      if (id === undefined) return failure("edit takes the number of a held message, and the text");
      return success({ kind: "edit", id, text });
    }
    case "hold":
      if (!/^\s*(on|off)?\s*$/.test(rest)) return failure("hold takes on or off");
      return success({ kind: "hold", on: rest.trim() !== "off" });
    case "inject":
      return parseInject(rest);
    case "rules":
      return parseRulesCommand(rest.trim());
    default:
      return failure(`there is no command "${word}"; help shows what there is`);
  }
}

function parseInject(rest: string): Result<Command, string> {
  const match = /^\s*(?:(\d+)\s+)?(c2s|s2c)(?:\s(.*))?$/s.exec(rest);
  if (match === null)
    return failure("inject takes c2s (to the server) or s2c (to the client), and a text");
  const [, conn, dir, text = ""] = match;
  const base = {
    kind: "inject",
    conn: conn === undefined ? undefined : Number(conn),
    dir: dir as Direction,
  } as const;
  const [, special, more = ""] = /^(ping|pong|binary|close)(?:\s(.*))?$/s.exec(text) ?? [];
  const op = ({ ping: 9, pong: 10, binary: 2, close: 8 } as const)[special as "ping"];
  return success({
    ...base,
    op: special === undefined ? 1 : op,
    text: special === undefined ? text : more,
  });
}

function parseRulesCommand(rest: string): Result<Command, string> {
  const [, word = "", argument = ""] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
  const number = numberOf(argument);
  if (word === "") return success({ kind: "rules" });
  if (word === "add" && argument !== "") return success({ kind: "add-rule", rule: argument });
  if (word === "load" && argument !== "") return success({ kind: "load-rules", file: argument });
  if (word === "remove" && number !== undefined) return success({ kind: "remove-rule", number });
  return failure("rules alone, rules add {…}, rules remove N or rules load FILE");
}

function numberOf(text: string): number | undefined {
  return /^#?\d{1,9}$/.test(text) ? Number(text.replace("#", "")) : undefined;
}
