import { parentPort, workerData } from "node:worker_threads";
import type { Order, Report } from "./messages.ts";
import { createReader } from "./reader.ts";
import type { RecordOptions } from "./record-options.ts";
import { createRecorder } from "./recorder.ts";

/*
 * The tap's thread. Decoding costs several times what an echo does, and disks may be slow; here both
 * take nothing from the sessions but the copy of their bytes.
 */

/** How long lines wait for others; ms. */
const flushMs = 40;

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread only");
const say = (report: Report, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(report, transfer);

const record = workerData as RecordOptions | null;
const recorder =
  record === null
    ? null
    : createRecorder({
        options: record,
        onFailed: (code) => say({ type: "recordFailed", code }),
        onResumed: (lost) => say({ type: "recordResumed", lost }),
      });
say({ type: "ready" });

const reader = createReader({
  send: (watch, bytes, lost) => say({ type: "lines", watch, bytes, lost }, [bytes.buffer]),
  recorder,
});
const timer = setInterval(() => {
  reader.flush();
  recorder?.flush();
}, flushMs);

port.on("message", (order: Order) => {
  if (order.type === "close") {
    clearInterval(timer);
    reader.flush();
    recorder?.close();
    port.close();
    return;
  }
  reader.take(order);
  if (order.type === "tape") say({ type: "tape", bytes: order.bytes }, [order.bytes]);
});
