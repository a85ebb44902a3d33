import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { StoreSetupError, StoreUnavailableError } from "./errors.ts";

/** In the folder that `--data` names. */
export const dataFileName = "wsecho.db";

/** What SQLite keeps beside the file while it is open, with the file's own permissions. */
const companions = ["-wal", "-shm", "-journal"];

const magic = "SQLite format 3\0";

/**
 * Makes sure that `folder` has a data file which only its owner can read, before SQLite sees it.
 * Throws StoreSetupError with what to type where that is not so.
 *
 * @returns its path
 */
export function prepareDataFile(folder: string): string {
  const path = join(folder, dataFileName);
  try {
    // Where the folder exists, its owner's choice stays.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseOpenFolder(folder);
    if (existsSync(path)) refuseForeignFile(path);
    // Made by us, for SQLite would make one that everybody can read.
    else closeSync(openSync(path, "a", 0o600));
    refuseReadableFiles(path);
  } catch (error) {
    throw explain(error, folder);
  }
  return path;
}

/** Whoever can write to the folder can put another file in the place of ours. */
function refuseOpenFolder(folder: string): void {
  if (!statSync(folder).isDirectory()) {
    throw new StoreSetupError(`${folder} is a file. Name a folder for the data.`);
  }
  if (process.platform !== "win32" && (statSync(folder).mode & 0o022) !== 0) {
    throw new StoreSetupError(
      `Others can write to ${folder}, where the users' verifiers are kept. ` +
        `Type: chmod 700 ${quote(folder)}`,
    );
  }
}

function refuseForeignFile(path: string): void {
  const stats = statSync(path);
  if (!stats.isFile()) throw new StoreSetupError(`${path} is not a file. ${elsewhere}`);
  if (stats.size === 0) return;
  const head = Buffer.alloc(magic.length);
  const file = openSync(path, "r");
  try {
    readSync(file, head);
  } finally {
    closeSync(file);
  }
  if (head.toString("latin1") !== magic) throw foreignFile(path);
}

function refuseReadableFiles(path: string): void {
  // Windows has no such permissions.
  if (process.platform === "win32") return;
  const isOpen = (stats: Stats | undefined): boolean =>
    stats !== undefined && (stats.mode & 0o077) !== 0;
  const open = [path, ...companions.map((suffix) => path + suffix)].filter((file) =>
    isOpen(statSync(file, { throwIfNoEntry: false })),
  );
  if (open.length === 0) return;
  throw new StoreSetupError(
    `Other users of this machine can open ${open.join(", ")}, from which passwords can be ` +
      `guessed. Type: chmod 600 ${open.map(quote).join(" ")}`,
  );
}

const elsewhere = "Move it away, or choose another folder with --data.";

export function foreignFile(path: string): StoreSetupError {
  return new StoreSetupError(`${path} is not a data file of wsecho. ${elsewhere}`);
}

export function damagedFile(path: string): StoreSetupError {
  return new StoreSetupError(
    `${path} is damaged. Put back a copy of it, or move it away and add the users again.`,
  );
}

/** For a shell. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function explain(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  switch (error.code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StoreSetupError(
        `The data folder ${folder} cannot be used: permission denied. ` +
          `Make this program's user its owner, or choose another one with --data.`,
      );
    case "EEXIST":
    case "ENOTDIR":
      return new StoreSetupError(`${folder} cannot be a folder: there is a file in its way.`);
    default:
      return new StoreUnavailableError(
        `the data folder ${folder} cannot be used now: ${String(error.code)}`,
        String(error.code),
      );
  }
}
