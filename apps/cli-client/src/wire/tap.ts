import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Decoder, Direction } from "@wsecho/wire";

/** Microseconds since 1970, never going back. */
export const now = (): number => (performance.timeOrigin + performance.now()) * 1000;

/**
 * Shows a decoder every byte that a client's socket carries, inside TLS where there is TLS. To be
 * called before anything was written, and before anybody else listens for data: `ws` unmasks in
 * place. What passes stays as it is.
 */
export function tapSocket(socket: Socket, decoder: Decoder): void {
  // What is written before the connection is there has not left; it may never.
  let early: Buffer[] | null = socket.connecting || socket instanceof TLSSocket ? [] : null;
  let again = 0;
  const see = (dir: Direction, bytes: Uint8Array): void => decoder.push(dir, bytes, now());
  socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", () => {
    for (const bytes of early ?? []) see("c2s", bytes);
    early = null;
  });

  socket.prependListener("data", (chunk: Buffer) => {
    const seen = Math.min(again, chunk.length);
    again -= seen;
    if (seen < chunk.length) see("s2c", chunk.subarray(seen));
  });
  // The bytes behind the answer's head are put back, and come a second time.
  const unshift = socket.unshift.bind(socket);
  socket.unshift = (chunk: Buffer, encoding?: BufferEncoding) => {
    again += chunk.length;
    unshift(chunk, encoding);
  };

  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  const copying = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    const [encoding] = rest;
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : chunk;
    if (early === null) see("c2s", bytes);
    else early.push(Buffer.from(bytes));
    return write(chunk, ...rest);
  };
  socket.write = copying;

  socket.once("end", () => decoder.end(now(), "s2c"));
  socket.once("close", () => decoder.end(now()));
}
