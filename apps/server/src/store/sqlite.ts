import { restartDelayMs, stableMs } from "../backoff.ts";
import { silentLog, type Log } from "../log.ts";
import type { Backend } from "./backend.ts";
import { StoreUnavailableError, toFailure } from "./errors.ts";
import { passQueries } from "./queries.ts";
import type { SqliteOptions } from "./sqlite-database.ts";
import { closed, startSqliteThread, type SqliteThread } from "./sqlite-thread.ts";

const defaults: SqliteOptions = { busyMs: 2000 };

/**
 * The file `wsecho.db` in `folder`, in a thread of its own: SQLite blocks its caller. Rejects with
 * StoreSetupError and StoreUnavailableError. A thread that ends by itself later is started again, and
 * until that has opened the file all questions are refused.
 */
export async function openSqlite(
  folder: string,
  options: Partial<SqliteOptions> = {},
  log: Log = silentLog,
): Promise<Backend> {
  const workerData = { folder, options: { ...defaults, ...options } };
  let wake: (() => void) | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  /** The thread, or why there is none now. */
  let current: SqliteThread | StoreUnavailableError;
  /** The newest thread, unless it has ended; rejects where it cannot open the file. */
  let newest: Promise<SqliteThread> | undefined;

  async function start(): Promise<SqliteThread> {
    const thread = await startSqliteThread({
      workerData,
      onChange: () => wake?.(),
      onEnded(why) {
        failures = performance.now() - openedAt < stableMs ? failures + 1 : 0;
        restart(why);
      },
    });
    const openedAt = performance.now();
    if (closing === undefined) current = thread;
    return thread;
  }

  function restart(why: unknown): void {
    newest = undefined;
    if (closing !== undefined) return;
    const { message, code } = toFailure(why);
    current = new StoreUnavailableError(`the data file is opened again: ${message}`, code);
    log.warn({ code, detail: message }, "the user store is opened again");
    timer = setTimeout(() => {
      newest = start();
      newest.then(
        (thread) => {
          log.info({}, "the user store answers again");
          // The first look tells of a change, for some may have been missed.
          if (wake !== undefined) thread.watch();
        },
        (error: unknown) => {
          failures += 1;
          restart(error);
        },
      );
    }, restartDelayMs(failures));
  }

  async function close(): Promise<void> {
    current = closed();
    clearTimeout(timer);
    const thread = await newest?.catch(() => undefined);
    await thread?.close();
  }

  newest = start();
  const { path } = await newest;
  return {
    kind: "sqlite",
    location: path,
    queries: passQueries((name, args) =>
      current instanceof StoreUnavailableError ? Promise.reject(current) : current.ask(name, args),
    ),
    watch(listener) {
      wake = listener;
      if (!(current instanceof StoreUnavailableError)) current.watch();
    },
    close: () => (closing ??= close()),
  };
}
