import type { Duplex } from "node:stream";

/** A client that says nothing for so long will not. */
const patienceMs = 10_000;
const maxHead = 65_536;

/** Reads until `enough` says how many bytes it wants, and puts the rest back; `null` where it ends. */
export function readFirst(
  socket: Duplex,
  enough: (bytes: Buffer) => number | undefined,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => finish(null), patienceMs).unref();
    const finish = (found: Buffer | null): void => {
      clearTimeout(timer);
      socket.off("data", take).off("end", end).off("close", end);
      socket.pause();
      resolve(found);
    };
    const end = (): void => finish(null);
    const take = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const wanted = enough(bytes);
      if (wanted === undefined && bytes.length <= maxHead) return;
      if (wanted !== undefined && wanted < bytes.length) socket.unshift(bytes.subarray(wanted));
      finish(wanted === undefined ? null : bytes.subarray(0, wanted));
    };
    socket.on("data", take).once("end", end).once("close", end).resume();
  });
}

/** The head of a request, its empty line included. */
export function headEnd(bytes: Buffer): number | undefined {
  const at = bytes.indexOf("\r\n\r\n");
  return at < 0 ? undefined : at + 4;
}

/**
 * Looks at the first byte of a client, which stays to be read.
 *
 * @param server says `other` where this one speaks first
 */
export function peek(client: Duplex, server?: Duplex): Promise<"tls" | "other" | "end"> {
  return new Promise((resolve) => {
    const finish = (what: "tls" | "other" | "end"): void => {
      client.off("data", look).off("end", end).off("close", end).pause();
      server?.off("readable", other);
      resolve(what);
    };
    const look = (bytes: Buffer): void => {
      // Type 22: the first record of TLS is a handshake (RFC 8446 section 5.1).
      finish(bytes[0] === 22 ? "tls" : "other");
      client.unshift(bytes);
    };
    const end = (): void => finish("end");
    const other = (): void => finish("other");
    client.on("data", look).once("end", end).once("close", end).resume();
    server?.once("readable", other);
  });
}
