import { parentPort } from "node:worker_threads";
import type { Order, Report } from "./messages.ts";
import { createReader } from "./reader.ts";

/*
 * The tap's thread. Decoding costs several times what an echo does; here it takes nothing from the
 * sessions but the copy of their bytes.
 */

/** How long lines wait for others; ms. */
const flushMs = 40;

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread only");

const reader = createReader({
  send(watch, bytes, lost) {
    const report: Report = { type: "lines", watch, bytes, lost };
    port.postMessage(report, [bytes.buffer]);
  },
  recorder: null,
});
const timer = setInterval(() => reader.flush(), flushMs);

port.on("message", (order: Order) => {
  if (order.type === "close") {
    clearInterval(timer);
    port.close();
    return;
  }
  reader.take(order);
  if (order.type !== "tape") return;
  const report: Report = { type: "tape", bytes: order.bytes };
  port.postMessage(report, [order.bytes]);
});
