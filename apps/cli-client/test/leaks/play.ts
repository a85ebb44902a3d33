import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Talk } from "./planted.ts";

/** A reset is an end as any other. */
export const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));

/** Plays one side of a talk: waits for the other's steps by the bytes that they have. */
async function play(socket: Socket, { steps }: Talk, side: "c2s" | "s2c"): Promise<void> {
  let heard = 0;
  let due = 0;
  const moved = new EventTarget();
  socket.on("data", (bytes: Buffer) => {
    heard += bytes.length;
    moved.dispatchEvent(new Event("data"));
  });
  const gone = closeOf(socket);
  for (const [dir, ...pieces] of steps) {
    if (dir === side) for (const piece of pieces) socket.write(piece);
    else due += pieces.reduce((sum, piece) => sum + piece.length, 0);
    while (heard < due && !socket.destroyed) await Promise.race([once(moved, "data"), gone]);
  }
  // Whoever connected ends it, the other answers.
  if (side === "c2s") socket.end();
  await gone;
}

/** A server that says its part of `talks`, one connection after the other. */
export async function startTalker(
  talks: readonly Talk[],
): Promise<AsyncDisposable & { readonly port: number }> {
  let next = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const talk = talks[next++];
    if (talk !== undefined) void play(socket, talk, "s2c");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      return Promise.resolve();
    },
  };
}

/** Says the client's part of each talk, to its end. */
export async function talkTo(port: number, talks: readonly Talk[]): Promise<void> {
  for (const talk of talks) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    await play(socket, talk, "c2s");
  }
}
