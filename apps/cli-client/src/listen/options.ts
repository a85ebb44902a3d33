import { Argument, Option, type Command } from "commander";
import { binaryDisplays, timestampKinds, type DisplayOptions } from "../display.ts";
import type { Delimiter, InputKind } from "../input/framing.ts";
import { delimiterOption, inputOption } from "../options/input.ts";
import { address, seconds, subprotocols, whole, type Address } from "../options/values.ts";

/** What `listen` takes. */
export interface ListenOptions extends Pick<DisplayOptions, "binaryDisplay" | "raw"> {
  readonly pretty?: boolean;
  readonly echo?: boolean;
  readonly once?: boolean;
  readonly subprotocol?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passFile?: string;
  readonly input: InputKind;
  readonly delimiter?: Delimiter;
  readonly binary?: boolean;
  readonly count?: number;
  /** Seconds. */
  readonly timeout: number;
  readonly maxSize: number;
  readonly maxConnections: number;
  readonly json?: boolean;
  readonly timestamps?: boolean;
  readonly timestampsKind?: DisplayOptions["timestamps"];
  readonly showControl?: boolean;
  readonly history: boolean;
  readonly quiet?: boolean;
}

export interface ListenInvocation {
  readonly address: Address;
  readonly options: ListenOptions;
}

const examples = `
Examples:
  $ wsecho listen 8080                        talk to whoever connects to ws://127.0.0.1:8080
  $ wsecho listen --echo 8080                 give back what comes, and show it
  $ wsecho listen --json 0 | jq .             any free port; events with the client's number
  $ wsecho listen --once 8080 < lines.txt     for the first client, until it leaves
  $ wsecho listen --cert me.pem --key me.key 0.0.0.0:8443

What is typed goes to every client, /to 2 TEXT to client 2 alone; /help has the other commands. In a
pipe each message of the input goes to every client that is there, the first waits until one is; the
end of the input ends nothing. With --input ndjson, "conn" names the client that a line is for.
It is a tool for tests: there is no login, and pages of any origin may connect.`;

/** Adds `listen`. */
export function addListenCommand(
  program: Command,
  invoke: (invocation: ListenInvocation) => void,
): void {
  program
    .command("listen")
    .description("be the server: show what clients send, send them what is typed or piped in")
    .addArgument(
      new Argument("[[host:]port]", "where; on this machine alone where no host is named")
        .argParser(address)
        .default({ host: "127.0.0.1", port: 0 }, "any free port"),
    )
    .option("--echo", "send each message back to who sent it")
    .option("--once", "one client only, and leave when it leaves")
    .option("-s, --subprotocol <name>", "take clients that offer this; repeatable", subprotocols)
    .option("-E, --cert <file>", "be wss://, with this certificate, in PEM")
    .option("--key <file>", "its private key, where --cert does not hold that, too")
    .option(
      "--pass-file <file>",
      "read the key's passphrase from the first line of a file; else a terminal is asked",
    )
    .addOption(inputOption())
    .addOption(delimiterOption())
    .option("--binary", "send texts as binary messages")
    .option("-C, --count <n>", "leave after so many messages came", whole(1, 1e9))
    .option(
      "-W, --timeout <seconds>",
      "cut off a client that does not read what it is sent for so long",
      seconds,
      30,
    )
    .option("--max-size <bytes>", "the largest message", whole(1, 2 ** 30), 16 * 1024 * 1024)
    .option("--max-connections <n>", "at once", whole(1, 65_535), 1000)
    .option("--json", "print what happens as JSON, an event a line")
    .option("-t, --timestamps", "the time before each message; --timestamps=delta, or =rel")
    .addOption(new Option("--timestamps-kind <kind>").choices(timestampKinds).hideHelp())
    .option("--show-control", "say which pings and pongs come and go")
    .addOption(
      new Option("--binary-display <kind>", "how binary messages are shown").choices(
        binaryDisplays,
      ),
    )
    .option("--pretty", "indent JSON")
    .option("--raw", "let the clients' control characters reach your terminal")
    .option("--no-history", "keep nothing of what is typed for the next time")
    .option("-q, --quiet", "say nothing but problems")
    .addHelpText("after", examples)
    .action((where: Address, options: ListenOptions) => invoke({ address: where, options }));
}
