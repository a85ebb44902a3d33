import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cleanEnvironment, programArguments } from "./program.ts";

/** The program in a real tmux, which draws as a person's does. */
export interface Tmux extends AsyncDisposable {
  /** What scrolled away and what is there, rows that tmux wrapped joined again. */
  readonly lines: () => Promise<readonly string[]>;
  /** By tmux's names: `M-Enter`, `C-r`, `Tab`. */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  /** In brackets, where the program asked for them. */
  readonly paste: (text: string) => Promise<void>;
}

export const hasTmux = ((): boolean => {
  try {
    execFileSync("tmux", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

export async function openTmux(
  args: readonly string[],
  { columns, env = {} }: { readonly columns: number; readonly env?: Record<string, string> },
): Promise<Tmux> {
  const directory = await mkdtemp(join(tmpdir(), "wsecho-tmux-"));
  const run = promisify(execFile);
  // A server of its own: no configuration, and no session, of whoever runs the tests.
  const tmux = async (...more: readonly string[]): Promise<string> => {
    const { stdout } = await run("tmux", ["-u", "-S", join(directory, "s"), ...more], {
      env: { ...cleanEnvironment(env), TERM: "xterm-256color" },
    });
    return stdout;
  };
  const quoted = [process.execPath, ...programArguments, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  const settings = join(directory, "tmux.conf");
  await writeFile(settings, "set -g history-limit 20000\n");
  const size = ["-x", String(columns), "-y", "20"];
  await tmux("-f", settings, "new-session", "-d", ...size, quoted);
  return {
    lines: async () => {
      const text = await tmux("capture-pane", "-p", "-J", "-S", "-");
      const all = text.split("\n").map((line) => line.trimEnd());
      return all.slice(0, all.findLastIndex((line) => line !== "") + 1);
    },
    press: async (...keys) => {
      await tmux("send-keys", ...keys);
    },
    type: async (text) => {
      await tmux("send-keys", "-l", text);
    },
    paste: async (text) => {
      await tmux("set-buffer", "--", text);
      await tmux("paste-buffer", "-p");
    },
    [Symbol.asyncDispose]: async () => {
      await tmux("kill-server").catch(() => undefined);
      await rm(directory, { recursive: true });
    },
  };
}
