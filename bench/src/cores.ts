import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Whether servers and load can be kept on separate cores; without, figures mix the two. */
export const canPin =
  availableParallelism() > 1 &&
  spawnSync("taskset", ["-c", "0", "true"], { stdio: "ignore" }).status === 0;

/** `command`, bound to one core where the system allows it. */
export function pinned(
  core: 0 | 1,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return canPin ? ["taskset", "-c", String(core), ...command] : command;
}
