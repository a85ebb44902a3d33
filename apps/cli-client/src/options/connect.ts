import { InvalidArgumentError, Option, type Command } from "commander";
import type { ConnectCommandOptions } from "../commands/settings.ts";
import { binaryDisplays, formatHelp, timestampKinds, unknownFormat } from "../display.ts";
import { connectExamples, sendExamples } from "./examples.ts";
import { delimiterOption, inputOption } from "./input.ts";
import { addLoginOptions, addTlsOptions } from "./login.ts";
import { collect, origin, seconds, subprotocols, whole } from "./values.ts";

type Invoke = (target: string, options: ConnectCommandOptions) => void;

/**
 * Adds `connect`.
 *
 * @param isDefault whether it runs where no command is named
 */
export function addConnectCommand(program: Command, isDefault: boolean, invoke: Invoke): void {
  addConnectOptions(
    program
      .command("connect", { isDefault })
      .description("log in, send what is typed or piped in, show what comes back")
      .argument("<url>", "ws://host:port/path, or host:port, or :port on this machine")
      .addHelpText("after", connectExamples),
  ).action(invoke);
}

/** Adds `send`. */
export function addSendCommand(program: Command, invoke: Invoke): void {
  addConnectOptions(
    program
      .command("send")
      .description("send the given messages, or the input, print what comes back, and leave")
      .argument("<url>", "as for connect")
      .argument("[messages...]", "a text each, or @FILE")
      .addHelpText("after", sendExamples),
  ).action((target: string, messages: string[], options: ConnectCommandOptions) => {
    const execute = [...(options.execute ?? []), ...messages];
    invoke(target, { ...options, ...(execute.length === 0 ? {} : { execute }) });
  });
}

/** What `connect` and `send` have in common. */
export function addConnectOptions(command: Command): Command {
  addLogin(command);
  addConnection(command);
  addMessages(command);
  addShowing(command);
  return command;
}

const companions: ReadonlyMap<string, string> = new Map([
  ["--reconnect", "--reconnect-max"],
  ["--loop", "--loop-count"],
  ["--timestamps", "--timestamps-kind"],
  ["-t", "--timestamps-kind"],
]);

/**
 * `--reconnect=3` in two options: commander would take the URL behind a bare `--reconnect` for the
 * value of an option that may have one.
 */
export function splitOptionalValues(args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => {
    const [name = "", ...values] = arg.split("=");
    const value = values.join("=");
    const companion = companions.get(name);
    return companion === undefined || value === "" ? [arg] : [name, `${companion}=${value}`];
  });
}

/** Who logs in, in the session or at the handshake. */
export function addLogin(command: Command): void {
  addHandshakeLogin(addLoginOptions(command.optionsGroup("Login:"))).addOption(
    new Option(
      "--dialect <name>",
      "v1, plain (the article's), auto (v1 before plain), or none: messages as they are. " +
        "Default: v1 where an option or the URL gives a login; else what the server speaks",
    ).choices(["v1", "plain", "auto", "none"]),
  );
}

/** A login that goes with the handshake, of any server. */
export function addHandshakeLogin(command: Command): Command {
  return command
    .option("--auth <name>", "log in at the handshake of any server; asks for the password")
    .option("--auth-file <file>", "the same by the first line of a file, NAME:PASSWORD or a token")
    .addOption(
      new Option("--auth-type <type>", "what --auth is: basic (RFC 7617), or bearer (RFC 6750)")
        .choices(["basic", "bearer"])
        .default("basic"),
    );
}

function addConnection(command: Command): void {
  addHandshakeOptions(command)
    .option(
      "--reconnect",
      "come back and log in again when the connection breaks; --reconnect=N: N times in a row at most",
    )
    .addOption(new Option("--reconnect-max <n>").argParser(whole(1, 1e9)).hideHelp())
    .option("--wait", "keep trying until the server is up")
    .option("--ping-interval <seconds>", "send a ping so often", seconds)
    .option("--ping-timeout <seconds>", "without a pong for so long the link is dead", seconds, 10);
}

/** What a handshake says. Where `-b` has a meaning already, cookies have their long name alone. */
export function addRequestOptions(command: Command): Command {
  const cookie = command.options.some(({ short }) => short === "-b") ? "" : "-b, ";
  return command
    .option("-H, --header <line>", 'a request header, "Name: value", or @FILE; repeatable', collect)
    .option("--expand-headers", "put variables in the place of ${NAME} in headers")
    .option(`${cookie}--cookie <pairs>`, "send cookies, as name=value; name=value")
    .option("-A, --user-agent <text>", "send this User-Agent")
    .option("-o, --origin <origin>", "say that a page of this origin connects", origin)
    .option("--host <name>", "send this Host");
}

/** The way to the server. */
export function addRouteOptions(command: Command): Command {
  command.option("-L, --location", "follow redirects; credentials do not follow to another origin");
  return addTlsOptions(command)
    .option("--proxy <url>", "go through http://, https://, socks5:// or socks5h://; '' for none")
    .option("--noproxy <hosts>", "hosts that need no proxy, separated by commas")
    .option("--unix-socket <path>", "connect to this socket; @NAME is an abstract one of Linux")
    .option("--abstract-unix-socket <name>", "the same as --unix-socket @NAME")
    .option("--resolve <host:port:address>", "do not ask DNS for this host; repeatable", collect)
    .option("-4, --ipv4", "IPv4 only")
    .option("-6, --ipv6", "IPv6 only");
}

/** What a connection may carry, and how long it may take to come about. */
export function addLimitOptions(command: Command): Command {
  return command
    .option(
      "--max-size <bytes>",
      "the largest message to take or send",
      whole(1, 2 ** 30),
      16 * 1024 * 1024,
    )
    .option(
      "--connect-timeout <seconds>",
      "for each step of connecting and of the login",
      seconds,
      10,
    );
}

/** All about the handshake, and the way to the server. */
export function addHandshakeOptions(command: Command): Command {
  addRequestOptions(command.optionsGroup("Connection:")).option(
    "-s, --subprotocol <name>",
    "offer a subprotocol; repeatable",
    subprotocols,
  );
  addRouteOptions(command)
    .option("--compress", "offer permessage-deflate (RFC 7692)")
    .option("--no-compress", "do not (the default)");
  return addLimitOptions(command);
}

function addMessages(command: Command): void {
  command
    .optionsGroup("Messages:")
    .option(
      "-x, --execute <text>",
      "send this first, @FILE for a file's content; repeatable",
      collect,
    )
    .option("-i, --interactive", "read the input after -x, too")
    .addOption(inputOption())
    .addOption(delimiterOption())
    .option("--binary", "send texts as binary messages")
    .option("-C, --count <n>", "leave after so many messages came", whole(1, 1e9))
    .option("-1, --one", "leave after one message: -C 1")
    .option(
      "--eof-wait <seconds>",
      "without a session: how long the server is quiet before we leave at the end; -1: until it closes",
      quietSeconds,
      1,
    )
    .option("-W, --timeout <seconds>", "how long a reply that is owed may take", seconds, 30)
    .option("--expect <pattern>", "a message has to match; in this order; repeatable", collect)
    .option("--ok-close <code>", "a close with this code is no error; repeatable", appendCode);
}

function addShowing(command: Command): void {
  command
    .optionsGroup("Output:")
    .option("--json", "print what happens as JSON, an event a line")
    .option("-t, --timestamps", "the time before each message; --timestamps=delta, or =rel")
    .addOption(new Option("--timestamps-kind <kind>").choices(timestampKinds).hideHelp())
    .option("--rtt", "before each message: how long its reply took")
    .option("--show-control", "say which pings and pongs come and go")
    .addOption(
      new Option("--binary-display <kind>", "how binary messages are shown").choices(
        binaryDisplays,
      ),
    )
    .option("--pretty", "indent JSON")
    .option("--filter <path>", "show only what this JSONPath (RFC 9535) finds in each message")
    .option("-F, --format <text>", formatHelp, format)
    .option("--watch", "on a terminal, show the newest message only, without a prompt")
    .option("--raw", "let the server's control characters reach your terminal")
    .option("--record <file>", "write the events to a file, too; only you can read it")
    .option("--no-history", "keep nothing of what is typed for the next time")
    .option("--as-curl", "print the connection as a curl command, secrets left out, and leave")
    .option("-v, --verbose", "show the handshake and its times; -vv: each frame", more, 0)
    .option("-q, --quiet", "say nothing but problems");
}

function more(_: string, before: number): number {
  return before + 1;
}

function quietSeconds(text: string): number {
  return text === "-1" ? -1 : text === "0" ? 0 : seconds(text);
}

function appendCode(text: string, list: readonly number[] = []): readonly number[] {
  return [...list, whole(1000, 4999)(text)];
}

function format(text: string): string {
  const unknown = unknownFormat(text);
  if (unknown !== null) throw new InvalidArgumentError(`${unknown} means nothing: ${formatHelp}.`);
  return text;
}
