import { Option, type Command } from "commander";
import type { CertificateOptions } from "../certificates.ts";
import type { CredentialOptions } from "../credentials.ts";
import type { RequestOptions } from "../connection/read.ts";
import { addHandshakeLogin, addRequestOptions } from "../options/connect.ts";
import { addLoginOptions, addTlsOptions } from "../options/login.ts";
import { above, subprotocols } from "../options/values.ts";

/** What `doctor` takes. */
export interface DoctorOptions extends CredentialOptions, CertificateOptions, RequestOptions {
  readonly dialect?: "v1" | "plain";
  readonly subprotocol?: readonly string[];
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

export interface DoctorInvocation {
  readonly target: string;
  readonly options: DoctorOptions;
}

const examples = `
Examples:
  $ wsecho doctor wss://example.org/chat
  $ wsecho doctor -u admin --password-file pw :5678   the login, too
  $ wsecho doctor --auth ada -o https://example.org wss://example.org/chat
  $ wsecho doctor -H @headers.txt wss://example.org/chat

The exit status is 0 where nothing failed, else that of the first check that did.`;

/** Adds `doctor`. */
export function addDoctorCommand(
  program: Command,
  invoke: (invocation: DoctorInvocation) => void,
): void {
  const command = program
    .command("doctor")
    .description("look at a server step by step: one verdict a line, and what to do")
    .argument("<url>", "ws://host:port/path, or host:port, or :port on this machine")
    .addOption(
      new Option("--dialect <name>", "to log in by; v1 by default").choices(["v1", "plain"]),
    )
    .option("-s, --subprotocol <name>", "offer this; may be repeated", subprotocols)
    .option("--timeout <seconds>", "for each step", above(0), 5)
    .option("--json", "print the verdicts as JSON");
  addHandshakeLogin(addLoginOptions(command));
  addTlsOptions(addRequestOptions(command))
    .addHelpText("after", examples)
    .action((target: string, options: DoctorOptions) => invoke({ target, options }));
}
