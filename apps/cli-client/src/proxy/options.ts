import { InvalidArgumentError, Option, type Command } from "commander";
import { above, address, whole, type Address } from "../options/values.ts";

/** What `proxy` takes. */
export interface ProxyCommandOptions {
  readonly listen: Address;
  readonly target?: string;
  readonly keepHost?: boolean;
  readonly rules?: string;
  readonly hold?: boolean;
  readonly jsonl?: string;
  readonly pcapng?: string;
  readonly har?: string;
  /** The older name: the file's own says which of the three it is. */
  readonly record?: string;
  readonly force?: boolean;
  readonly reveal?: boolean;
  readonly fold: boolean;
  readonly bytes?: boolean;
  readonly ui?: true | number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly ca?: string;
  readonly cacert?: string;
  readonly insecure?: boolean;
  readonly maxConnections: number;
  readonly quiet?: boolean;
}

/** What `replay` takes. */
export interface ReplayOptions {
  readonly conn?: number;
  readonly timing?: boolean;
  /** How many times faster than the capture; Infinity for no pauses at all. */
  readonly speed?: number;
  readonly loop?: boolean;
  /** How many rounds. */
  readonly loopCount?: number;
  /** Seconds. */
  readonly timeout: number;
  readonly cacert?: string;
  readonly insecure?: boolean;
  readonly reveal?: boolean;
  readonly quiet?: boolean;
}

export type ProxyInvocation =
  | { readonly kind: "proxy"; readonly options: ProxyCommandOptions }
  | {
      readonly kind: "replay";
      readonly file: string;
      readonly target: string;
      readonly options: ReplayOptions;
    };

const proxyExamples = `
Examples:
  $ wsecho proxy --listen 8081 --target ws://127.0.0.1:5678   clients connect to ws://127.0.0.1:8081
  $ wsecho proxy --target wss://example.org --jsonl talk.jsonl
  $ wsecho proxy --target :5678 --rules rules.json            see below
  $ wsecho proxy --target :5678 --hold                        decide about each message by hand
  $ wsecho proxy --target :5678 --ui                          frames on a page
  $ wsecho proxy --listen 8081 --ca ./my-ca                   an HTTP proxy that reads wss:, too

Bytes pass as they came, in both directions, until a rule or you change a message. Without --target
this is an HTTP proxy (CONNECT, and requests with the whole URL); what is TLS inside a tunnel passes
unread, unless --ca makes certificates for it, by an authority that the client has to trust.

Rules, in JSON, comments allowed; a match is a filter as of decode, about whole messages and control frames:
  {"rules": [
    {"match": "op:text dir:c2s /secret/", "action": "replace", "find": "/secret/g", "with": "…"},
    {"match": "op:text \\"exact\\"", "action": "replace", "text": "another"},
    {"match": "op:ping", "action": "drop"},
    {"match": "dir:s2c len>1k", "action": "delay", "ms": 500},
    {"match": "/transfer/", "action": "hold"},
    {"match": "/hello/", "action": "inject", "where": "after", "dir": "s2c", "text": "hi", "times": 1}
  ]}

By hand, at the prompt or as lines of the input: help says how.`;

const replayExamples = `
Examples:
  $ wsecho replay talk.jsonl ws://127.0.0.1:5678            each message after the replies it had before
  $ wsecho replay --timing talk.pcapng ws://127.0.0.1:5678  with the pauses of the capture
  $ wsecho replay --speed max --loop=100 -q talk.jsonl :5678   as fast as it can, 100 times
  $ wsecho replay --conn 3 talk.har wss://example.org/chat

Replies are printed, one per line. Where their number or their text is not as in the capture, that
is said, and the exit status is 10. What a capture hides (a login) cannot be sent again: record with
--reveal. With --loop each round opens a connection of its own, and the first that ends otherwise than by
us is the last. SCRAM answers a new challenge each time, so such a login cannot be replayed at all.`;

/** @throws InvalidArgumentError */
function speed(text: string): number {
  const value = text === "max" || text === "0" ? Infinity : Number(text);
  if (
    text.trim() === "" ||
    !(value > 0) ||
    (value > 1e6 && value !== Infinity) ||
    /inf/i.test(text)
  )
    throw new InvalidArgumentError("It must be a number above 0, or max (as 0).");
  return value;
}

/** Adds `proxy` and `replay`. */
export function addProxyCommands(
  program: Command,
  invoke: (invocation: ProxyInvocation) => void,
): void {
  program
    .command("proxy")
    .description("stand between a client and a server: show, record, hold, change and add messages")
    .option("-l, --listen <[host:]port>", "where clients connect; 0 for any port", address, {
      host: "127.0.0.1",
      port: 8081,
    })
    .option("-t, --target <url>", "the server; without it this is an HTTP proxy")
    .option("--keep-host", "leave the Host header as it is, where the target is not this machine")
    .option("--rules <file>", "what to do with which messages, see below")
    .option("--hold", "hold every message until you decide, by hand")
    .option("--jsonl <file>", "write a capture as JSON Lines")
    .option("--pcapng <file>", "write one for Wireshark")
    .option("--har <file>", "write one for a browser's tools")
    .addOption(new Option("--record <file>").hideHelp())
    .option("--force", "write over files that are there")
    .option("--reveal", "show passwords, tokens and cookies; stamped in the file")
    .option("--ui [port]", "show the frames on a page of this machine", whole(0, 65_535))
    .option("-b, --bytes", "take each frame apart, bit by bit")
    .option("--no-fold", "show each ping and pong, rather than their number")
    .option("--tls-cert <file>", "a certificate for clients that connect by wss:, in PEM")
    .option("--tls-key <file>", "its private key")
    .option(
      "--ca <dir>",
      "make certificates for clients on the fly, by the authority in this folder",
    )
    .option("--cacert <file>", "trust the servers of these authorities, in PEM, and no others")
    .option("-k, --insecure", "do not check who the servers are; for tests only")
    .option("--max-connections <n>", "at once", whole(1, 65_535), 1000)
    .option("-q, --quiet", "print no frames")
    .addHelpText("after", proxyExamples)
    .action((options: ProxyCommandOptions) => invoke({ kind: "proxy", options }));
  program
    .command("replay")
    .description("play the client's side of a capture again, against a server")
    .argument("<file>", "a capture: JSON Lines, pcapng, pcap or HAR")
    .argument(
      "<url>",
      "ws://host:port/path, or host:port, or :port; / stands for the capture's path",
    )
    .option("--conn <n>", "which connection of the capture; the first by default", whole(1, 1e9))
    .addOption(
      new Option(
        "--speed <n>",
        "with the pauses of the capture, n times as fast, whatever the server does; max: with none",
      ).argParser(speed),
    )
    .addOption(new Option("--timing", "the same as --speed 1").conflicts("speed"))
    .option("--loop", "again and again, a connection each, until Ctrl-C; --loop=N: N times")
    .addOption(new Option("--loop-count <n>").argParser(whole(1, 1e9)).hideHelp())
    .option("--timeout <seconds>", "how long a reply may take", above(0), 10)
    .option("--cacert <file>", "trust the servers of these authorities, in PEM, and no others")
    .option("-k, --insecure", "do not check who the server is; for tests only")
    .option("--reveal", "print what is secret, too")
    .option("-q, --quiet", "print no replies")
    .addHelpText("after", replayExamples)
    .action((file: string, target: string, options: ReplayOptions) =>
      invoke({ kind: "replay", file, target, options }),
    );
}
