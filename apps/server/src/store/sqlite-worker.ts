import { parentPort, workerData } from "node:worker_threads";
import { toFailure } from "./errors.ts";
import { askByName, createQueries } from "./queries.ts";
import { openSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
import { pollMs, type Reply, type Request, type WorkerData } from "./sqlite-messages.ts";

/*
 * SQLite's thread. Its calls block: for as long as another process holds the lock, or a slow disk
 * takes. In the thread of the sessions, everybody's echoes would wait for that.
 */

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread only");
const send = (reply: Reply): void => port.postMessage(reply);

const { folder, options } = workerData as WorkerData;
try {
  serve(await openSqliteDatabase(folder, options));
} catch (error) {
  send({ type: "failed", failure: toFailure(error) });
}

function serve(database: SqliteDatabase): void {
  const queries = createQueries(database.driver);
  let poll: NodeJS.Timeout | undefined;

  async function answer({ id, name, args }: Extract<Request, { type: "query" }>): Promise<void> {
    try {
      send({ type: "result", id, value: await askByName(queries, name, args) });
    } catch (error) {
      send({ type: "error", id, failure: toFailure(error) });
    }
  }

  function watch(): void {
    // The first look always tells of a change, which does no harm.
    let seen: number | undefined;
    poll = setInterval(() => {
      try {
        const version = database.dataVersion();
        if (version !== seen) send({ type: "changed" });
        seen = version;
      } catch {
        // Out of reach now; a later look tells.
      }
    }, pollMs);
  }

  function end(): void {
    clearInterval(poll);
    try {
      database.close();
    } finally {
      port?.close();
    }
  }

  // One after the other: there is one connection, and it has one transaction at a time.
  let last: Promise<unknown> = Promise.resolve();
  port?.on("message", (request: Request) => {
    last = last.then(() => {
      switch (request.type) {
        case "query":
          return answer(request);
        case "watch":
          watch();
          return undefined;
        case "close":
          end();
          return undefined;
      }
    });
  });
  send({ type: "opened", path: database.path });
}
