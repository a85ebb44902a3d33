import { watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Log } from "../log.ts";
import {
  isSameMaterial,
  readTls,
  type FoundTls,
  type TlsFiles,
  type TlsMaterial,
} from "./material.ts";

/** Keeps a running server's TLS up to date with its files. */
export interface TlsKeeper {
  /** Reads the files now. What is broken changes nothing, and is logged. */
  reload(): Promise<void>;
  /** Takes what was read of these files, and watches them from now on. */
  take(found: FoundTls): void;
  stop(): void;
}

/** How long files must be left alone before they are read: they change one after the other; ms. */
const settleMs = 200;

/** Calls `use` with what the files hold, whenever that has changed and is whole. */
export function keepTls(
  { files, material }: FoundTls,
  { use, log }: { readonly use: (material: TlsMaterial) => void; readonly log: Log },
): TlsKeeper {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let watchers = watchFolders(files, onChange, log);

  async function reload(): Promise<void> {
    clearTimeout(timer);
    const read = files;
    const found = await readTls(read);
    // Meanwhile others may have been named.
    if (stopped || read !== files) return;
    if (!found.ok) {
      log.error({ detail: found.error }, "the TLS files are broken; the old ones stay in use");
      return;
    }
    try {
      take({ files, material: found.value });
    } catch (error) {
      log.error({ err: error }, "the TLS files could not be used; the old ones stay in use");
    }
  }

  function onChange(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), settleMs).unref();
  }

  function take(found: FoundTls): void {
    if (!isSameMaterial(found.material, material)) {
      use(found.material);
      material = found.material;
      log.info({}, "the TLS certificate has been reloaded");
    }
    if (isDeepStrictEqual(found.files, files)) return;
    files = found.files;
    closeAll();
    watchers = watchFolders(files, onChange, log);
  }

  function closeAll(): void {
    for (const watcher of watchers) watcher.close();
  }

  return {
    reload,
    take,
    stop() {
      stopped = true;
      clearTimeout(timer);
      closeAll();
    },
  };
}

/** The folders, for renewals put new files, or links, in the place of the old. */
function watchFolders(
  { cert, key, clientCa }: TlsFiles,
  onChange: () => void,
  log: Log,
): readonly FSWatcher[] {
  const paths = [cert, key, ...(clientCa === null ? [] : [clientCa])];
  return [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) => {
    try {
      const watcher = watch(folder, { persistent: false }, onChange);
      watcher.on("error", (error) =>
        log.warn({ err: error }, "the TLS files are no longer watched; SIGHUP reloads them"),
      );
      return [watcher];
    } catch (error) {
      log.warn({ err: error }, "the TLS files cannot be watched; SIGHUP reloads them");
      return [];
    }
  });
}
