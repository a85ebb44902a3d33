import { readFileSync, statSync } from "node:fs";
import { failure, success, type Result } from "@wsecho/protocol";

/** The first line of a file that holds a secret; an error names the option and the file. */
export function readSecret(option: string, path: string): Result<string, string> {
  try {
    const [line = ""] = readFileSync(path, "utf8").split("\n");
    return line === ""
      ? failure(`${option}: the first line of ${path} is empty`)
      : success(withoutReturn(line));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(`${option}: ${path} cannot be read (${code ?? "unknown error"})`);
  }
}

/** What to say of a file that others may read; `null` where nobody else may, or nobody can know. */
export function exposure(path: string): string | null {
  // There the mode says nothing about who may read.
  if (process.platform === "win32") return null;
  const facts = statSync(path, { throwIfNoEntry: false });
  // A pipe, as of <(…), is open to its own processes only.
  if (facts?.isFile() !== true || (facts.mode & 0o077) === 0) return null;
  return `Others on this machine may read ${path}. Better: chmod 600 ${path}`;
}

/** Editors on Windows end lines with CR LF; a secret typed at a prompt has neither. */
export function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
