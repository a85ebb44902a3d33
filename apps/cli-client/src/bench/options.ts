import { Option, type Command } from "commander";
import type { CertificateOptions } from "../certificates.ts";
import type { CredentialOptions } from "../credentials.ts";
import type { RequestOptions } from "../connection/read.ts";
import { addHandshakeLogin, addRequestOptions } from "../options/connect.ts";
import { addLoginOptions, addTlsOptions } from "../options/login.ts";
import { above, collect, subprotocols, whole } from "../options/values.ts";

/** What `bench` takes. */
export interface BenchOptions extends CredentialOptions, CertificateOptions, RequestOptions {
  readonly dialect?: "none" | "v1" | "plain";
  readonly subprotocol?: readonly string[];
  readonly connections: number;
  readonly ramp?: number;
  readonly rate?: number;
  readonly inFlight: number;
  readonly size: number;
  readonly template?: string;
  readonly binary?: boolean;
  /** Per cent of the connections. */
  readonly slowReaders: number;
  readonly duration: number;
  readonly messages?: number;
  /** Seconds. */
  readonly timeout: number;
  readonly failIf?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface BenchInvocation {
  readonly target: string;
  readonly options: BenchOptions;
}

const examples = `
Examples:
  $ wsecho bench :8080                               a server that echoes and asks for no login
  $ wsecho bench -u admin --password-file pw :5678   v1 with SCRAM, one message in flight
  $ wsecho bench -c 50 --in-flight 32 -d 30 wss://example.org/echo
  $ wsecho bench -c 500 --ramp 50 --rate 1000 -d 30 --fail-if 'p99>50ms' --fail-if 'lost>0' :5678
  $ wsecho bench --template '{"id":{{n}},"key":"{{random}}"}' --slow-readers 10 -c 50 :8080

With --rate messages are due at fixed times, whatever the server does, and the round trip counts from
when a message was due: so a server that stalls cannot hide behind questions that were not asked.
Without it each connection keeps --in-flight messages unanswered (closed-loop).

Slow readers show whether they slow down the others: only those count for all figures but the slow
readers' own, for --fail-if and for the exit status.

Conditions of --fail-if: min, mean, p50, p90, p95, p99, p999 and max of the round trip, or with connect.
before them of connecting; lost, reordered, doubled, corrupt and unsent as a number or in % of the
messages due; failures; rate (echoes per second).`;

/** Adds `bench`. */
export function addBenchCommand(
  program: Command,
  invoke: (invocation: BenchInvocation) => void,
): void {
  const command = program
    .command("bench")
    .description("load an echo server, check every echo byte for byte, and show how long they took")
    .argument("<url>", "ws://host:port/path, or host:port, or :port on this machine")
    .addOption(
      new Option(
        "--dialect <name>",
        "v1, plain, or none: no login, just echoes (the default where nothing to log in with is given)",
      ).choices(["none", "v1", "plain"]),
    )
    .option(
      "-s, --subprotocol <name>",
      "offer this, with --dialect none; may be repeated",
      subprotocols,
    )
    .option("-c, --connections <n>", "how many", whole(1, 100_000), 1)
    .option(
      "--ramp <n>",
      "connections to open per second; as fast as they come otherwise",
      above(0),
    )
    .option("--rate <n>", "messages per second over all connections, replies or not", above(0))
    .option("--in-flight <n>", "unanswered messages of a connection", whole(1, 100_000), 1)
    .option(
      "--slow-readers <percent>",
      "so many of the connections read nothing for a second at a time; counted apart",
      whole(0, 100),
      0,
    )
    .option("--size <bytes>", "of a message", whole(0, 16 * 1024 * 1024), 32)
    .addOption(
      new Option(
        "--template <text>",
        "a message, or @FILE: {{n}} is its number, {{connection}} the connection's, {{random}} 8 hex digits",
      ).conflicts("size"),
    )
    .option("--binary", "send binary messages")
    .option("-d, --duration <seconds>", "how long to send", above(0), 10)
    .option("-n, --messages <n>", "at most so many in all", whole(1, Number.MAX_SAFE_INTEGER))
    .option("--timeout <seconds>", "for connecting, and for the last echoes", above(0), 10)
    .option(
      "--fail-if <condition>",
      "end with 10 where this holds, as in 'p99>50ms'; may be repeated",
      collect,
    )
    .option("--json", "print the result as JSON")
    .option("-q, --quiet", "no progress");
  addHandshakeLogin(addLoginOptions(command));
  addTlsOptions(addRequestOptions(command))
    .addHelpText("after", examples)
    .action((target: string, options: BenchOptions) => invoke({ target, options }));
}
