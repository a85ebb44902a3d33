import { once } from "node:events";
import type { Backend } from "./backend.ts";
import { fromFailure, StoreUnavailableError } from "./errors.ts";
import { startSourceThread } from "../source-thread.ts";
import { passQueries, type QueryName } from "./queries.ts";
import type { SqliteOptions } from "./sqlite-database.ts";
import type { Reply, Request, WorkerData } from "./sqlite-messages.ts";

/** In the source and built. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite-worker.ts" : "./sqlite-worker.js",
  import.meta.url,
);

const defaults: SqliteOptions = { busyMs: 2000 };

/** More questions than anybody waits for; those after them are refused at once. */
const maxPending = 1000;

/** How long the thread may take to end; ms. */
const closeMs = 5000;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly path: string;
  readonly post: (request: Request) => void;
  readonly ask: (name: QueryName, args: readonly unknown[]) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const gone = (): StoreUnavailableError => new StoreUnavailableError("the data file is closed");

/**
 * The file `wsecho.db` in `folder`, in a thread of its own: SQLite blocks its caller. Rejects with
 * StoreSetupError and StoreUnavailableError.
 */
export async function openSqlite(
  folder: string,
  options: Partial<SqliteOptions> = {},
): Promise<Backend> {
  let wake: (() => void) | undefined;
  const workerData = { folder, options: { ...defaults, ...options } };
  const { path, post, ask, close } = await startThread(workerData, () => wake?.());

  return {
    kind: "sqlite",
    location: path,
    queries: passQueries(ask),
    watch(listener) {
      wake = listener;
      post({ type: "watch" });
    },
    close,
  };
}

function startThread(workerData: WorkerData, onChange: () => void): Promise<Thread> {
  // Not the parent's flags: what it needs is in its own folder and in Node.
  const worker = startSourceThread(workerFile, {
    workerData,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const pending = new Map<number, Pending>();
  let ended = false;
  let lastId = 0;

  const post = (request: Request): void => worker.postMessage(request);

  const ask: Thread["ask"] = (name, args) => {
    if (ended) return Promise.reject(gone());
    if (pending.size >= maxPending) {
      return Promise.reject(new StoreUnavailableError("the data file has too much to do"));
    }
    return new Promise((resolve, reject) => {
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      post({ type: "query", id, name, args });
    });
  };

  const close = async (): Promise<void> => {
    if (ended) return;
    const exited = once(worker, "exit");
    post({ type: "close" });
    const timer = setTimeout(() => void worker.terminate(), closeMs);
    await exited;
    clearTimeout(timer);
  };

  return new Promise((resolve, reject) => {
    const settle = (id: number, use: (asked: Pending) => void): void => {
      const asked = pending.get(id);
      pending.delete(id);
      if (asked !== undefined) use(asked);
    };
    worker.on("message", (reply: Reply) => {
      switch (reply.type) {
        case "opened":
          resolve({ path: reply.path, post, ask, close });
          return;
        case "failed":
          reject(fromFailure(reply.failure));
          return;
        case "result":
          settle(reply.id, (asked) => asked.resolve(reply.value));
          return;
        case "error":
          settle(reply.id, (asked) => asked.reject(fromFailure(reply.failure)));
          return;
        case "changed":
          onChange();
      }
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      ended = true;
      reject(gone());
      for (const asked of pending.values()) asked.reject(gone());
      pending.clear();
    });
  });
}
