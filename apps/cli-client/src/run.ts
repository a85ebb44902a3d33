import { exitStatus } from "./exit.ts";
import { parseArguments } from "./program.ts";
import { sanitizeLines } from "./terminal/sanitize.ts";

/** Does what the arguments ask for and ends the process. */
export async function run(args: readonly string[], version: string): Promise<void> {
  // Nobody reads on, as after `| head -1`: that is no reason for a stack trace.
  process.stdout.on("error", () => undefined);
  const invocation = parseArguments(args, version);
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

function reportBug(error: unknown): number {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`This is a bug in wsecho:\n${sanitizeLines(details)}\n`);
  return exitStatus("internal");
}
