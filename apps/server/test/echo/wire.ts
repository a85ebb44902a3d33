import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";

/** A socket's place taken by a stream: what one read brings, and each write, are exact. */
export interface Wire {
  readonly socket: Socket;
  /** One read of the server; resolves when everything that it brought about is done. */
  readonly read: (bytes: Buffer) => Promise<void>;
  /** Each write of the server, a gathering one as one; without the handshake's answer. */
  readonly writes: readonly Buffer[];
  /** Whether the peer takes what is written for it. */
  readonly reading: (on: boolean) => Promise<void>;
}

/** A WebSocket that the library opened on such a wire. */
export function openWire<Class extends typeof WebSocket>(
  options: ServerOptions<Class>,
): { readonly wire: Wire; readonly webSocket: InstanceType<Class> } {
  const writes: Buffer[] = [];
  let reads = true;
  let held: (() => void) | undefined;
  const take = (bytes: Buffer, done: () => void): void => {
    // As the system does: whoever wrote them may use their memory again.
    writes.push(Buffer.from(bytes));
    if (reads) done();
    else held = done;
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => take(chunk, done),
    writev: (chunks, done) => take(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
  });
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    ...options,
  });
  let opened: InstanceType<Class> | undefined;
  const request = new IncomingMessage(new Socket());
  request.method = "GET";
  Object.assign(request.headers, {
    upgrade: "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
  });
  server.handleUpgrade(request, stream, Buffer.alloc(0), (webSocket) => {
    opened = webSocket;
  });
  writes.length = 0;
  if (opened === undefined) throw new Error("the library did not open the connection");
  return {
    webSocket: opened,
    wire: {
      socket: stream as unknown as Socket,
      writes,
      async read(bytes) {
        if (!stream.destroyed) stream.push(chunkOf(bytes));
        await settle();
      },
      async reading(on) {
        reads = on;
        if (on) {
          held?.();
          held = undefined;
        }
        await settle();
      },
    },
  };
}

/** As sockets bring it: in memory of its own. */
function chunkOf(bytes: Buffer): Buffer {
  const chunk = Buffer.allocUnsafeSlow(bytes.length);
  chunk.set(bytes);
  return chunk;
}

/** Ticks and promises are done before the next turn of the loop; a verdict takes two of them. */
async function settle(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
