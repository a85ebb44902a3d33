import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a server that can be cut like a cable: no close frame, no goodbye. */
export interface Cuttable extends AsyncDisposable {
  readonly url: string;
  readonly cut: () => void;
}

/** Gets what passes: which connection, counted from 0, and in which direction. */
export type Watcher = (connection: number, dir: "c2s" | "s2c", bytes: Buffer) => void;

export async function cuttable(port: number, watch?: Watcher): Promise<Cuttable> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  };
  const relay = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    keep(near);
    keep(far);
    const connection = connections++;
    near.on("data", (bytes) => watch?.(connection, "c2s", bytes));
    far.on("data", (bytes) => watch?.(connection, "s2c", bytes));
    near.pipe(far).pipe(near);
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  });
  await once(relay.listen(0, "127.0.0.1"), "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `ws://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    cut,
    [Symbol.asyncDispose]: async () => {
      const closed = once(relay, "close");
      relay.close();
      cut();
      await closed;
    },
  };
}
