import { exitStatus } from "./exit.ts";
import { parseArguments } from "./program.ts";

/** Does what the arguments ask for and ends the process. */
export async function run(args: readonly string[], version: string): Promise<void> {
  const invocation = parseArguments(args, version);
  switch (invocation.kind) {
    case "done":
      return;
    case "usage":
      process.exitCode = exitStatus("usage");
      return;
    case "connect": {
      const { connectCommand } = await import("./commands/connect.ts");
      // Nothing may keep the process: not an input that goes on, not a server that does not answer.
      process.exit(await connectCommand(invocation.target, invocation.options));
    }
  }
}
