import { readFileSync, writeFileSync } from "node:fs";
import { exitStatus } from "../exit.ts";
import { junit, tapLine } from "../script/report.ts";
import { createInbox, runScript, type StepResult } from "../script/run.ts";
import { parseScript } from "../script/script.ts";
import type { TestInvocation } from "../script/options.ts";
import { talk } from "../terminal/talk.ts";
import type { Approach } from "./approach.ts";
import { connectCommand } from "./connect.ts";
import { connectDefaults } from "./settings.ts";

/** @returns the exit status */
export async function testCommand({ target, script, options }: TestInvocation): Promise<number> {
  const complain = (text: string): number => {
    talk(text);
    return exitStatus("usage");
  };
  const name = script === "-" ? "the input" : script;
  let source: string;
  try {
    source = readFileSync(script === "-" ? 0 : script, "utf8");
  } catch (error) {
    return complain(`${name}: it cannot be read (${(error as NodeJS.ErrnoException).code ?? "?"})`);
  }
  const steps = parseScript(source);
  if (!steps.ok) return complain(`${name}: ${steps.error}`);
  const print = (text: string): void => void process.stdout.write(text);
  print(`TAP version 14\n1..${steps.value.length}\n`);

  const { junit: report, ...given } = options;
  const results: StepResult[] = [];
  const inbox = createInbox();
  const failed = (): StepResult | undefined => results.find(({ outcome }) => outcome === "failed");
  const approach: Approach = {
    hear: inbox.put,
    speak: (_signal, stage) =>
      runScript(steps.value, inbox, stage, (result) => {
        results.push(result);
        print(tapLine(result, results.length));
      }),
    unmet: () => {
      const { step } = failed() ?? {};
      return step === undefined ? null : `Line ${step.line} failed: ${step.text}.`;
    },
    // How the server closes is the script's business, where it got as far as that.
    anyClose: () => results.at(-1)?.step.text.startsWith("expect-close") === true,
  };
  const status = await connectCommand(
    target,
    // Nothing is read, and nothing waited for, but what the script says.
    { ...connectDefaults, ...given, timeout: 30, execute: [], eofWait: 0 },
    approach,
  );
  if (results.length === 0) print("Bail out! There was no connection to talk over.\n");
  if (report === undefined) return status;
  try {
    writeFileSync(report, junit(name, results));
    return status;
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    complain(`--junit: ${report} cannot be written (${code})`);
    return status === 0 ? exitStatus("usage") : status;
  }
}
