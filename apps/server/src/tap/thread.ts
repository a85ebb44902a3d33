import { startSourceThread } from "../source-thread.ts";
import type { Order, Report } from "./messages.ts";
import type { RecordOptions } from "./record-options.ts";

/** In the source and built. */
const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "./thread-worker.ts" : "./tap-worker.js",
  import.meta.url,
);

export interface ThreadParts {
  readonly record: RecordOptions | null;
  readonly onReport: (report: Report) => void;
  /** It is gone, and nobody asked it to. */
  readonly onFailed: (error: Error) => void;
}

/** Where bytes are made records of. */
export interface Thread {
  readonly post: (order: Order) => void;
  /** Resolves when it has ended, what it had in hand done. */
  readonly close: () => Promise<void>;
}

export function startThread({ record, onReport, onFailed }: ThreadParts): Thread {
  const ended = Promise.withResolvers<undefined>();
  let closing = false;
  const worker = startSourceThread(workerFile, {
    workerData: record,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  worker.on("message", (report: Report) => {
    // Until then somebody may wait for it; later it keeps no process alive.
    if (report.type === "ready") worker.unref();
    onReport(report);
  });
  const fail = (error: Error): void => {
    if (!closing) onFailed(error);
    closing = true;
  };
  worker.once("error", fail);
  worker.once("exit", (status) => {
    fail(new Error(`the thread ended with ${status}`));
    ended.resolve(undefined);
  });
  return {
    post: (order) => worker.postMessage(order, order.type === "tape" ? [order.bytes] : []),
    close() {
      if (!closing) worker.postMessage({ type: "close" } satisfies Order);
      closing = true;
      return ended.promise;
    },
  };
}
