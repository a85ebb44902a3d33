import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Arrival } from "./arrival.ts";
import type { Connection } from "./session.ts";

/** Everything that is open, so that the end of the server leaves nothing behind. */
export interface Connections {
  /** WebSocket connections, and handshakes whose login is being checked. */
  readonly count: () => number;
  /** Those that are open. */
  readonly arrivals: () => ReadonlySet<Arrival>;
  /** From here on it says itself, by `remove`, when it is gone. */
  readonly add: (arrival: Arrival) => void;
  readonly remove: (arrival: Arrival) => void;
  /** A handshake whose login is being checked. */
  readonly addPending: (pending: Connection) => void;
  readonly removePending: (pending: Connection) => void;
  /** Who is told, once, of each TCP connection that has closed. */
  readonly onGone: (listener: (socket: Socket) => void) => void;
  /** Resolves when nothing is going on any more, or after `ms`. */
  readonly drained: (ms: number) => Promise<void>;
  readonly shutDown: (close: "goingAway" | "restarting") => void;
  /** Cuts every TCP connection, idle ones too. */
  readonly cut: () => void;
}

/** Watches `server`: sockets, and the requests that are being answered. */
export function trackConnections(server: Server): Connections {
  /** Without those of arrivals. */
  const sockets = new Set<Socket>();
  const arrivals = new Set<Arrival>();
  const pending = new Set<Connection>();
  const goneListeners: ((socket: Socket) => void)[] = [];
  let requests = 0;
  let onQuiet: (() => void) | undefined;

  const check = (): void => {
    if (arrivals.size === 0 && pending.size === 0 && requests === 0) onQuiet?.();
  };
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", forget);
  };
  /** One for all, and not `once`, which makes several objects for each. */
  function forget(this: Socket): void {
    sockets.delete(this);
    gone(this);
  }
  function gone(socket: Socket): void {
    for (const tell of goneListeners) tell(socket);
  }
  server.on("connection", track);
  // With TLS: the encrypted one above, and the one inside it.
  server.on("secureConnection", track);
  server.on("request", (_request, response) => {
    requests += 1;
    response.once("close", () => {
      requests -= 1;
      check();
    });
  });

  return {
    count: () => arrivals.size + pending.size,
    arrivals: () => arrivals,
    add(arrival) {
      arrivals.add(arrival);
      // A second listener would take a table, and its place in the set more.
      sockets.delete(arrival.socket);
      arrival.socket.removeListener("close", forget);
    },
    remove(arrival) {
      arrivals.delete(arrival);
      gone(arrival.socket);
      check();
    },
    addPending: (connection) => void pending.add(connection),
    removePending(connection) {
      pending.delete(connection);
      check();
    },
    onGone: (listener) => void goneListeners.push(listener),
    drained: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
        check();
      }),
    shutDown(close) {
      for (const connection of [...pending, ...arrivals]) connection.shutDown(close);
    },
    cut() {
      for (const socket of sockets) socket.destroy();
      for (const { socket } of arrivals) socket.destroy();
    },
  };
}
