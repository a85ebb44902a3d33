import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * A small disk at `folder`, with room for what SQLite writes beside its file before it folds that
 * into it: 1000 pages, 4 MiB. False where the system lets nobody but the real root make a disk.
 */
export function mountDisk(folder: string): boolean {
  if (process.platform !== "linux" || userInfo().uid !== 0) return false;
  const options = ["-t", "tmpfs", "-o", "size=16m,mode=0700", "wsecho-test", folder];
  return spawnSync("mount", options).status === 0;
}

/** Also while a program that is about to end still has a file open there. */
export const unmountDisk = (folder: string): void =>
  void execFileSync("umount", ["--lazy", folder]);

export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "wsecho-mount-"));
  const can = mountDisk(folder);
  if (can) unmountDisk(folder);
  rmdirSync(folder);
  return can;
}

/** Takes all room that is left, while others may take it too; the answer gives it back. */
export async function fillDisk(folder: string): Promise<() => Promise<void>> {
  const ballast = join(folder, "ballast");
  const file = await open(ballast, "w");
  const much = Buffer.alloc(65_536);
  try {
    // What no longer fits is written in part, and the next write fails.
    for (;;) await file.write(much);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    await file.close();
  }
  return () => rm(ballast);
}

/** Whether the limits of a running process can be changed here: Linux, with util-linux. */
export function canLimit(): boolean {
  return spawnSync("prlimit", ["--version"]).status === 0;
}

/**
 * Lets the files of a process grow to so many bytes; writing beyond that fails, as at a quota.
 * Anybody may do this to a process of their own.
 */
export function limitFiles(pid: number, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);
}
