import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** An answer other than what was asked for: what was wrong, and what to do. */
export interface Refusal {
  readonly status: number;
  /** For people, in one line; it repeats nothing that the peer sent. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only. */
  readonly facts?: object;
}

/** How long a refused peer may take to read its answer; ms. */
const lingerMs = 2000;

const commonHeaders = {
  "Content-Type": "text/plain; charset=utf-8",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/** Answers a request that wanted to be upgraded, and ends its connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = `${refusal.message}\n`;
  const headers = {
    ...commonHeaders,
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
    ...refusal.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const phrase = STATUS_CODES[refusal.status] ?? "";
  socket.end(`HTTP/1.1 ${refusal.status} ${phrase}\r\n${lines.join("")}\r\n${body}`);
  // Cutting at once, with bytes of the peer unread, would reset the connection under our answer.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(timer));
}

/** Answers an ordinary request. */
export function refuseRequest(response: ServerResponse, refusal: Refusal): void {
  response
    .writeHead(refusal.status, { ...commonHeaders, ...refusal.headers })
    .end(`${refusal.message}\n`);
}

/** For now; the same request may succeed later. */
export function unavailable(message: string): Refusal {
  return { status: 503, message, headers: { "Retry-After": "1" } };
}
