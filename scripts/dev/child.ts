import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

export interface Running {
  readonly name: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<unknown>;
  /** Ends it with everything it started: first asks, then insists. */
  readonly stop: () => Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const patienceMs = 5000;
const windows = process.platform === "win32";

const devScript = (folder: string): string => {
  const manifest: unknown = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return (manifest as { scripts: { dev: string } }).scripts.dev;
};

/** Sends to the whole process group; `false` where nobody is left in it. */
const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    // Windows has no groups: there a child's own children end with its console.
    return process.kill(windows ? pid : -pid, signal);
  } catch {
    return false;
  }
};

const groupIsGone = async (pid: number, deadline: number): Promise<boolean> => {
  while (signalGroup(pid, 0)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
};

/** Runs the package's own `dev` script in a process group, so that it can be ended as a whole. */
export const startScript = (
  name: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Running => {
  const cwd = join(root, folder);
  const bins = [join(cwd, "node_modules", ".bin"), join(root, "node_modules", ".bin")];
  const child = spawn(devScript(folder), {
    cwd,
    shell: true,
    detached: !windows,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...environment, PATH: [...bins, environment["PATH"] ?? ""].join(delimiter) },
  });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    const { pid } = child;
    if (pid === undefined || !signalGroup(pid, "SIGTERM")) return;
    if (!(await groupIsGone(pid, Date.now() + patienceMs))) signalGroup(pid, "SIGKILL");
  };
  return { name, stdout: child.stdout, stderr: child.stderr, ended, stop };
};
