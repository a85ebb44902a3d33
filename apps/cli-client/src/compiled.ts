import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

export interface CompiledOptions {
  /** CommonJS within the function that Node puts around it, in ASCII only. */
  readonly file: string;
  readonly require: NodeJS.Require;
  /** Which build the file is of, beside its size and time: packages come with one time for all. */
  readonly version: string;
  /** Where compiled code is kept, for this user only; `null` for nowhere. */
  readonly folder: string | null;
  /** What is run: each command calls functions of its own. */
  readonly name: string;
}

/** Behind the code: which file it was compiled from. */
const stampLength = 64;

/**
 * What a file exports, run with the code that an earlier run of the same command has compiled.
 *
 * Node's own `enableCompileCache` keeps what is compiled when a file is loaded. V8 compiles most
 * functions when they are first called, which made a third of a start; so this keeps at the end of
 * the first run all that was called in it.
 */
export function loadCompiled(options: CompiledOptions): unknown {
  const { file, require, version, folder, name } = options;
  const { size, mtimeMs } = statSync(file);
  const stamp = `${version} ${size} ${mtimeMs}`.slice(0, stampLength).padEnd(stampLength);
  const path = folder === null ? null : join(folder, `${name}.code`);
  const kept = path === null ? undefined : readKept(path, stamp);
  const script = new Script(readFileSync(file, "latin1"), {
    filename: file,
    ...(kept && { cachedData: kept }),
  });
  // Also where V8 has no use for what is there: it is of another Node.
  if (path !== null && (kept === undefined || script.cachedDataRejected === true))
    process.once("exit", () =>
      keep(path, Buffer.concat([script.createCachedData(), Buffer.from(stamp)])),
    );
  const module: { exports: unknown } = { exports: {} };
  const wrapped = script.runInThisContext() as (...given: readonly unknown[]) => void;
  wrapped(module.exports, require, module, file, dirname(file));
  return module.exports;
}

/** Code that somebody else could have laid down is not run. */
function readKept(path: string, stamp: string): Buffer | undefined {
  try {
    const { uid, mode } = statSync(path);
    const isOurs = uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0;
    const bytes = isOurs ? readFileSync(path) : Buffer.alloc(0);
    const isOfFile = bytes.toString("latin1", Math.max(0, bytes.length - stampLength)) === stamp;
    return isOfFile ? bytes.subarray(0, -stampLength) : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: another start may be reading. A start without it is only slower. */
function keep(path: string, bytes: Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, bytes, { mode: 0o600, flush: true });
    renameSync(unfinished, path);
  } catch {
    return;
  }
}
