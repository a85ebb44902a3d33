import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** A small disk at `folder`. False where the system lets nobody but the real root make one. */
export function mountDisk(folder: string): boolean {
  if (process.platform !== "linux" || userInfo().uid !== 0) return false;
  const options = ["-t", "tmpfs", "-o", "size=2m,mode=0700", "wsecho-test", folder];
  return spawnSync("mount", options).status === 0;
}

export const unmountDisk = (folder: string): void => void execFileSync("umount", [folder]);

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
  const page = Buffer.alloc(4096);
  try {
    for (;;) await file.write(page);
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
