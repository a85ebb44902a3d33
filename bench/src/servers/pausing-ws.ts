/**
 * The control for peers that never read: an echo on `ws` that stops reading from whoever leaves so much
 * unread, reads again when all of it has left, and cuts who has not read by then. Nobody logs in, nothing
 * else is limited.
 */
import { WebSocketServer } from "ws";
import type { Look } from "../soak/slow-readers.ts";

/** As ours by default. */
const highWaterBytes = 256 * 1024;
const slowTimeoutMs = Number(process.argv[2]);

let paused = 0;
let closed = 0;
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", (socket, { socket: tcp }) => {
  let timer: NodeJS.Timeout | undefined;
  socket.on("message", (data, isBinary) => {
    socket.send(data, { binary: isBinary });
    if (socket.bufferedAmount <= highWaterBytes || socket.isPaused) return;
    paused += 1;
    socket.pause();
    timer = setTimeout(() => {
      closed += 1;
      socket.terminate();
    }, slowTimeoutMs);
  });
  tcp.on("drain", () => {
    clearTimeout(timer);
    socket.resume();
  });
  // "close" follows.
  socket.on("error", () => undefined);
  socket.on("close", () => clearTimeout(timer));
});
server.on("listening", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  process.send?.(address.port);
});
process.on("message", (message) => {
  if (message !== "look") return;
  const { rss, external } = process.memoryUsage();
  process.send?.({ rssBytes: rss, externalBytes: external, paused, closed } satisfies Look);
});
process.on("disconnect", () => process.exit());
