import { exitStatus } from "./exit.ts";
import { parseArguments, type Invocation } from "./program.ts";
import { talk } from "./terminal/talk.ts";

/** Does what the arguments ask for and ends the process. */
export async function run(args: readonly string[], version: string): Promise<void> {
  // Nobody reads on, as after `| head -1`: that is no reason for a stack trace.
  process.stdout.on("error", () => undefined);
  const connectArgs = isCurl(args) ? await fromCurl(args.slice(1)) : args;
  const invocation: Invocation =
    connectArgs === null ? { kind: "usage" } : parseArguments(connectArgs, version);
  switch (invocation.kind) {
    case "done":
      return;
    case "usage":
      process.exitCode = exitStatus("usage");
      return;
    case "wire": {
      const { wireCommand } = await import("./commands/wire.ts");
      process.exitCode = await wireCommand(invocation.wire).catch(reportBug);
      return;
    }
    case "reference": {
      const { referenceText } = await import("./commands/reference.ts");
      process.stdout.write(referenceText(invocation.reference, invocation.parts));
      return;
    }
    case "proxy": {
      const { proxyCommand } = await import("./commands/proxy.ts");
      return process.exit(await proxyCommand(invocation.proxy).catch(reportBug));
    }
    case "bench": {
      const { benchCommand } = await import("./commands/bench.ts");
      return process.exit(await benchCommand(invocation.bench).catch(reportBug));
    }
    case "doctor": {
      const { doctorCommand } = await import("./commands/doctor.ts");
      return process.exit(await doctorCommand(invocation.doctor).catch(reportBug));
    }
    case "listen": {
      const { listenCommand } = await import("./commands/listen.ts");
      return process.exit(await listenCommand(invocation.listen).catch(reportBug));
    }
    case "test": {
      const { testCommand } = await import("./commands/test.ts");
      return process.exit(await testCommand(invocation.test).catch(reportBug));
    }
    case "frame": {
      const { frameCommand } = await import("./commands/frame.ts");
      return process.exit(await frameCommand(invocation.frame).catch(reportBug));
    }
    case "inspect": {
      const { inspectCommand } = await import("./commands/inspect.ts");
      return process.exit(
        await inspectCommand(invocation.target, invocation.options).catch(reportBug),
      );
    }
    case "connect": {
      const { connectCommand } = await import("./commands/connect.ts");
      // Nothing may keep the process: not an input that goes on, not a server that does not answer.
      process.exit(await connectCommand(invocation.target, invocation.options).catch(reportBug));
    }
  }
}

function isCurl([first, ...rest]: readonly string[]): boolean {
  return first === "curl" && rest.length > 0 && !rest.includes("--help") && !rest.includes("-h");
}

/** Arguments of `connect` in place of curl's; `null` where they cannot be that, which is said. */
async function fromCurl(args: readonly string[]): Promise<readonly string[] | null> {
  const { readCurl } = await import("./commands/curl.ts");
  const pasted = readCurl(args);
  if (!pasted.ok) talk(`Not connected: ${pasted.error}.`);
  else if (pasted.value.note !== null && !args.includes("--quiet")) talk(pasted.value.note);
  return pasted.ok ? ["connect", ...pasted.value.args] : null;
}

function reportBug(error: unknown): number {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  talk(`This is a bug in wsecho:\n${details}`);
  return exitStatus("internal");
}
