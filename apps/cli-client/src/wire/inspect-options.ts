import { Option, type Command } from "commander";
import type { InspectCommandOptions } from "../commands/inspect.ts";
import {
  addHandshakeLogin,
  addLimitOptions,
  addRequestOptions,
  addRouteOptions,
} from "../options/connect.ts";
import { addLoginOptions } from "../options/login.ts";
import { seconds, subprotocols } from "../options/values.ts";
import { filterOption, noFoldOption, revealOption } from "./options.ts";

const examples = `
Examples:
  $ wsecho inspect :5678                          a session as with connect, its frames live
  $ wsecho inspect -b :5678                       each bit by bit: masked ⊕ key = payload
  $ wsecho inspect --raw wss://example.org/feed   any WebSocket server
  $ wsecho inspect --raw --auth ada -o https://example.org wss://example.org/feed
  $ wsecho inspect --server --all :5678           what our server sees of everybody, for an admin
  $ wsecho inspect :5678 --pcapng - | tshark -i -
  $ wsecho inspect -f 'op:ping len>1k' :5678 --jsonl a.jsonl --har a.har`;

/** How frames are shown and kept. */
export function addViewOptions(command: Command): Command {
  return command
    .addOption(filterOption())
    .addOption(noFoldOption())
    .option("--jsonl <file>", "write a capture as JSON Lines, - for the output")
    .option("--pcapng <file>", "write one for Wireshark, as in: --pcapng - | tshark -i -")
    .option("--har <file>", "write one for a browser's tools, at the end")
    .option("--force", "write over files that are there")
    .addOption(revealOption().conflicts("server"));
}

/** Adds `inspect`. */
export function addInspectCommand(
  program: Command,
  invoke: (target: string, options: InspectCommandOptions) => void,
): void {
  const command = program
    .command("inspect")
    .description("see every frame as it happens: of a session of your own, or at a server")
    .argument("<url>", "as for connect")
    .option("-b, --bytes", "take each frame apart, bit by bit")
    .option("-v, --verbose", "the same as --bytes");
  addViewOptions(command)
    .option("--server", "watch the server's connections: your own, as it sees them")
    .addOption(
      new Option("--all", "with --server: everybody's, for an admin").implies({ server: true }),
    )
    .addOption(
      new Option("--session <id>", "with --server: one of them")
        .implies({ server: true })
        .conflicts("all"),
    )
    .addOption(
      new Option(
        "--raw",
        "any WebSocket server, offered nothing: no login inside; a user with a password, or a token, that an option or the URL names goes with the handshake",
      ).conflicts(["server", "dialect", "reconnect", "wait"]),
    )
    .addOption(
      new Option("--subprotocol <name>", "with --raw: offer one; may stand several times")
        .argParser(subprotocols)
        .implies({ raw: true }),
    )
    .option("--deflate", "offer compression (RFC 7692), to see what becomes of it")
    .option(
      "--linger <seconds>",
      "without a session: silence that ends it after the input",
      seconds,
      1,
    );
  addHandshakeLogin(addLoginOptions(command.optionsGroup("Login:"))).addOption(
    new Option(
      "--dialect <name>",
      "v1, plain (the article's), or auto: v1 before plain. " +
        "Default: v1 where an option or the URL gives a login; else what the server speaks",
    ).choices(["v1", "plain", "auto"]),
  );
  addRouteOptions(addRequestOptions(command.optionsGroup("Connection:")))
    .option("--reconnect", "come back and log in again when the connection breaks")
    .option("--wait", "keep trying until the server is up");
  addLimitOptions(command)
    .option("--timeout <seconds>", "how long the next reply may take at the end", seconds, 30)
    .option("-q, --quiet", "say nothing but problems")
    .addHelpText("after", examples)
    .action((target: string, { verbose, ...options }: InspectCommandOptions & { verbose?: true }) =>
      invoke(target, { ...options, bytes: verbose ?? options.bytes ?? false }),
    );
}
