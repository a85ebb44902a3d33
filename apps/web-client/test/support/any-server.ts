import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

/** Somebody else's server: no login, no dialect; it says and does whatever the test wants. */
export interface AnyServer extends AsyncDisposable {
  readonly url: string;
  /** The next connection, with the bytes under it. */
  readonly next: () => Promise<{ readonly socket: WebSocket; readonly tcp: Socket }>;
}

export async function startAnyServer(
  onMessage: (socket: WebSocket, data: Buffer, isBinary: boolean) => void = (
    socket,
    data,
    binary,
  ) => socket.send(data, { binary }),
): Promise<AnyServer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 64 * 1024 * 1024 });
  await once(server, "listening");
  server.on("connection", (socket) =>
    socket.on("message", (data, binary) => onMessage(socket, data as Buffer, binary)),
  );
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: () =>
      new Promise((resolve) => {
        server.once("connection", (socket, request) => resolve({ socket, tcp: request.socket }));
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
