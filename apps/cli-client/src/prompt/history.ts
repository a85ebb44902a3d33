import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What was typed to a host, kept for the next time in a file that only its owner can read. */
export interface History {
  /** The newest first, as readline wants it. */
  readonly lines: readonly string[];
  readonly add: (line: string) => void;
}

const maxLines = 500;
/** What looks like a secret is not kept, nor what begins with a blank, as in shells. */
const unkept = /^\s|password|passwd|secret|token|authorization|api.?key|bearer/i;

/**
 * Reads the history of `host`. A file that cannot be read or written is no reason not to talk: then
 * nothing is kept.
 *
 * @param isSecret what must not be written down, whatever it looks like
 */
export function openHistory(
  directory: string,
  host: string,
  isSecret: (line: string) => boolean,
): History {
  const path = join(directory, `${host.replace(/[^\w.-]/g, "_")}.jsonl`);
  const old = readLines(path).slice(-maxLines);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, old.map((line) => `${JSON.stringify(line)}\n`).join(""), { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch {
    return { lines: [...old].reverse(), add: () => undefined };
  }
  return {
    lines: [...old].reverse(),
    add: (line) => {
      if (line === "" || unkept.test(line) || isSecret(line)) return;
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`);
      } catch {
        // The disk may be full; the conversation goes on.
      }
    },
  };
}

/** As the XDG Base Directory Specification has it. */
export function historyDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const state = env["XDG_STATE_HOME"] ?? "";
  return join(state === "" ? join(homedir(), ".local/state") : state, "wsecho/history");
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [String(JSON.parse(line))]));
  } catch {
    // None yet, or not ours to read, or damaged: it begins anew.
    return [];
  }
}
