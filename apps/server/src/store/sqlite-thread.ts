import { once } from "node:events";
import { fromFailure, StoreUnavailableError } from "./errors.ts";
import { startSourceThread } from "../source-thread.ts";
import type { QueryName } from "./queries.ts";
import type { Reply, Request, WorkerData } from "./sqlite-messages.ts";

/** In the source and built. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite-worker.ts" : "./sqlite-worker.js",
  import.meta.url,
);

/** More questions than anybody waits for; those after them are refused at once. */
const maxPending = 1000;

/** How long the thread may take to end; ms. */
const closeMs = 5000;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface SqliteThreadParts {
  readonly workerData: WorkerData;
  readonly onChange: () => void;
  /** It had opened the file, and is gone though nobody asked it to; called once. */
  readonly onEnded: (why: StoreUnavailableError) => void;
}

/** Where SQLite is asked. It answers until it is closed or has ended. */
export interface SqliteThread {
  readonly path: string;
  readonly watch: () => void;
  readonly ask: (name: QueryName, args: readonly unknown[]) => Promise<unknown>;
  /** Resolves when it has ended. */
  readonly close: () => Promise<void>;
}

/** Resolves when the file is open. Rejects with StoreSetupError and StoreUnavailableError. */
export function startSqliteThread({
  workerData,
  onChange,
  onEnded,
}: SqliteThreadParts): Promise<SqliteThread> {
  // Not the parent's flags: what it needs is in its own folder and in Node.
  const worker = startSourceThread(workerFile, {
    workerData,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const pending = new Map<number, Pending>();
  const opened = Promise.withResolvers<SqliteThread>();
  let isOpen = false;
  let isClosing = false;
  let fault: unknown;
  /** Why it answers no more. */
  let gone: StoreUnavailableError | undefined;
  let lastId = 0;

  const post = (request: Request): void => worker.postMessage(request);

  const thread: Omit<SqliteThread, "path"> = {
    watch: () => post({ type: "watch" }),
    ask(name, args) {
      if (gone !== undefined) return Promise.reject(gone);
      if (pending.size >= maxPending) {
        return Promise.reject(new StoreUnavailableError("the data file has too much to do"));
      }
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        post({ type: "query", id, name, args });
      });
    },
    async close() {
      if (gone !== undefined) return;
      isClosing = true;
      const exited = once(worker, "exit");
      post({ type: "close" });
      const timer = setTimeout(() => void worker.terminate(), closeMs);
      await exited;
      clearTimeout(timer);
    },
  };

  const settle = (id: number, use: (asked: Pending) => void): void => {
    const asked = pending.get(id);
    pending.delete(id);
    if (asked !== undefined) use(asked);
  };
  worker.on("message", (reply: Reply) => {
    switch (reply.type) {
      case "opened":
        isOpen = true;
        opened.resolve({ ...thread, path: reply.path });
        return;
      case "failed":
        opened.reject(fromFailure(reply.failure));
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
  worker.on("error", (error: unknown) => (fault = error));
  worker.on("exit", (status) => {
    const why = isClosing ? closed() : ended(fault ?? `status ${status}`);
    gone = why;
    opened.reject(why);
    for (const asked of pending.values()) asked.reject(why);
    pending.clear();
    // Behind whoever waits for it to open: Node may tell both without a break.
    if (isOpen && !isClosing) queueMicrotask(() => onEnded(why));
  });
  return opened.promise;
}

export const closed = (): StoreUnavailableError =>
  new StoreUnavailableError("the data file is closed");

function ended(why: unknown): StoreUnavailableError {
  const error: NodeJS.ErrnoException = why instanceof Error ? why : new Error(String(why));
  return new StoreUnavailableError(`SQLite's thread ended: ${error.message}`, error.code);
}
