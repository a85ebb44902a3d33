import type { Command } from "commander";
import type { ConnectCommandOptions, connectDefaults } from "../commands/settings.ts";
import { addHandshakeOptions, addLogin } from "../options/connect.ts";
import { scriptHelp } from "./script.ts";

/** What `test` takes. */
export interface TestOptions extends Omit<
  ConnectCommandOptions,
  keyof typeof connectDefaults | "timeout"
> {
  readonly junit?: string;
}

export interface TestInvocation {
  readonly target: string;
  readonly script: string;
  readonly options: TestOptions;
}

const examples = `
Examples:
  $ wsecho test :9001 greeting.wse                  TAP on stdout; 10 where a step fails
  $ wsecho test --junit report.xml -H @login wss://example.org greeting.wse
  $ printf 'send hi\\nexpect ^hi$\\n' | wsecho test -u admin --password-file pw :5678 -

${scriptHelp}

A pattern is a regular expression of JavaScript; of a binary message it is compared with the hex digits.`;

/** Adds `test`. */
export function addTestCommand(
  program: Command,
  invoke: (invocation: TestInvocation) => void,
): void {
  const command = program
    .command("test")
    .description("talk to a server as a script says, and see that it answers as expected")
    .argument("<url>", "as for connect")
    .argument("<script>", "a file of steps, see below; - for the input")
    .option("--junit <file>", "write the results as JUnit XML, too");
  addLogin(command);
  addHandshakeOptions(command)
    .option("-q, --quiet", "say nothing but problems, beside the results")
    .addHelpText("after", examples)
    .action((target: string, script: string, options: TestOptions) =>
      invoke({ target, script, options }),
    );
}
