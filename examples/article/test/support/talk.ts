import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";

/** How the client's bytes reach the server. */
export type Segments = "as written" | "one segment" | "byte by byte";

export type Said = string | Buffer;

/**
 * Sends everything at once, without waiting for a verdict, and returns the first `count` answers.
 * A text frame comes back as a string, a binary one as a Buffer.
 */
export async function talk(
  url: string,
  said: readonly Said[],
  { count = said.length, segments = "as written" } = {},
): Promise<readonly Said[]> {
  let tcp: Socket | undefined;
  const socket = new WebSocket(url, {
    createConnection: () => {
      tcp = connect({ port: Number(new URL(url).port), host: "127.0.0.1", noDelay: true });
      return tcp;
    },
  });
  const answers: Said[] = [];
  const { promise: complete, resolve, reject } = Promise.withResolvers<undefined>();
  socket.on("message", (data: Buffer, isBinary) => {
    answers.push(isBinary ? data : data.toString());
    if (answers.length === count) resolve(undefined);
  });
  socket.once("close", (code) =>
    reject(new Error(`closed with ${code} after ${answers.length} of ${count} answers`)),
  );
  await once(socket, "open");
  if (tcp === undefined) throw new Error("the client opened no socket");
  if (segments === "byte by byte") writeByteByByte(tcp);
  // Corked writes leave in one system call, so they share a segment as far as it reaches.
  if (segments === "one segment") tcp.cork();
  for (const message of said) socket.send(message);
  if (segments === "one segment") tcp.uncork();
  await complete;
  socket.terminate();
  return answers;
}

/** Each byte waits until the one before it has left; without Nagle each is a segment. */
function writeByteByByte(socket: Socket): void {
  const write = socket.write.bind(socket) as (byte: Buffer, done: () => void) => boolean;
  let queue = Promise.resolve();
  socket.write = (chunk: Uint8Array | string): boolean => {
    for (const byte of Buffer.from(chunk as Uint8Array)) {
      queue = queue.then(() => new Promise((resolve) => void write(Buffer.of(byte), resolve)));
    }
    return true;
  };
}
