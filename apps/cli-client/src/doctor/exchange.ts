import { once } from "node:events";
import type WebSocket from "ws";
import { fail, formatMs, ok, warn, type Verdict } from "./verdict.ts";

const pings = 5;

/** Pings several times: whether the server answers, and how long the way is. */
export async function checkPings(
  socket: WebSocket,
  timeoutMs: number,
): Promise<readonly Verdict[]> {
  const times: number[] = [];
  for (let i = 0; i < pings; i++) {
    const began = performance.now();
    const payload = Buffer.from(`wsecho ${i}`);
    const data = await pongTo(socket, payload, timeoutMs);
    if (data === null)
      return [
        fail(
          "ping",
          times.length === 0 ? "no pong came" : `after ${times.length}, no pong came`,
          "Keepalives will fail: the server has to read while it works (RFC 6455 section 5.5.2).",
        ),
      ];
    if (!data.equals(payload))
      return [
        fail(
          "ping",
          "the pong does not bring back what the ping said",
          "RFC 6455 section 5.5.3 asks for the same bytes: this server's library is wrong.",
        ),
      ];
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const [min = 0] = times;
  const median = times[pings >> 1] ?? 0;
  const max = times.at(-1) ?? 0;
  return [
    ok("ping", `${pings} of ${pings} answered by the right pong`),
    ok("latency", `${formatMs(median)} (median of ${pings}; ${formatMs(min)} to ${formatMs(max)})`),
  ];
}

/** `null` where none came in time, or the connection ended. */
function pongTo(socket: WebSocket, payload: Buffer, timeoutMs: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const settle = (data: Buffer | null): void => {
      clearTimeout(impatience);
      socket.off("pong", settle).off("close", end);
      resolve(data);
    };
    const end = (): void => settle(null);
    const impatience = setTimeout(end, timeoutMs);
    socket.on("pong", settle).on("close", end);
    // Where the connection has ended meanwhile there is no pong either.
    socket.ping(payload, undefined, () => undefined);
    if (socket.readyState === socket.CLOSED) end();
  });
}

/** Says goodbye and looks whether the server does, too (RFC 6455 section 7.1). */
export async function checkClose(socket: WebSocket, timeoutMs: number): Promise<Verdict> {
  if (socket.readyState !== socket.OPEN)
    return fail("close", "the server had ended the connection already", "Look at its log for why.");
  const began = performance.now();
  const impatience = setTimeout(() => socket.terminate(), timeoutMs);
  socket.close(1000);
  const [code] = (await once(socket, "close")) as [number];
  clearTimeout(impatience);
  const ms = performance.now() - began;
  if (code === 1000 || code === 1005) return ok("close", `answered with ${code} (${formatMs(ms)})`);
  if (code === 1006)
    return ms >= timeoutMs
      ? fail("close", "no close frame came back", "The server, or a proxy, ignores close frames.")
      : fail(
          "close",
          "the connection was cut without a close frame (1006)",
          "Clients will report an error at every goodbye; let the server close as RFC 6455 says.",
        );
  return warn("close", `answered 1000 with ${code}`, "Most servers repeat the code they got.");
}
