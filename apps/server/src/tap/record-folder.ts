import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  statSync,
  unlinkSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";

/** Our files, whichever process wrote them. */
const ours = /^wsecho-.*\.jsonl$/;

/** Makes sure of a folder in which only its owner can put files. Throws an Error that says what to do. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const problem = `--record: ${folder} cannot be written to, or be a folder (${codeOf(error)})`;
    throw new Error(`${problem}; name another`, { cause: error });
  }
  // Windows has no such permissions.
  if (process.platform !== "win32" && (statSync(folder).mode & 0o022) !== 0)
    throw new Error(`--record: others can write to ${folder}. Type: chmod 700 ${folder}`);
}

/** Removes the oldest captures, until those that stay have no more bytes than this together. */
export function makeRoom(folder: string, bytes: number): void {
  const files = readdirSync(folder)
    .filter((name) => ours.test(name))
    .map((name) => ({ path: join(folder, name), stats: statOf(join(folder, name)) }))
    .filter((file): file is { path: string; stats: Stats } => file.stats !== undefined)
    .sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs);
  let sum = files.reduce((total, { stats }) => total + stats.size, 0);
  for (const { path, stats } of files) {
    if (sum <= bytes) return;
    sum -= stats.size;
    try {
      unlinkSync(path);
    } catch {
      // Another process was faster.
    }
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** The system's word for what went wrong, such as ENOSPC. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
