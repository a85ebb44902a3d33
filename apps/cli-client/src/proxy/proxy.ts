import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { WireRecord } from "@wsecho/wire";
import { failure, success, type Result } from "@wsecho/protocol";
import type { TlsOptions } from "../certificates.ts";
import { dial, secure } from "./dial.ts";
import { createEngine, type Engine, type Held } from "./engine.ts";
import { headEnd, peek, readFirst } from "./first-bytes.ts";
import type { NearTls } from "./near-tls.ts";
import { createPump, nowUs, type Legs, type Pump } from "./pump.ts";
import { findRoute, type Refusal, type Upstream } from "./route.ts";
import type { Rulebook } from "./rulebook.ts";

export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  readonly target: URL | undefined;
  readonly keepHost: boolean;
  readonly maxConnections: number;
  /** For the legs to servers. */
  readonly tls: TlsOptions;
  /** For the legs to clients; without it TLS in a tunnel passes unread. */
  readonly nearTls: NearTls | undefined;
  readonly rulebook: Rulebook;
  readonly record: (record: WireRecord) => void;
  readonly onHeld: (held: Held) => void;
  /** For people: what happened, never what was said. */
  readonly say: (text: string) => void;
}

/** A connection through the proxy, while it lasts. */
export interface Passage {
  readonly engine: Engine;
  /** To be called after the engine was asked to do something. */
  readonly pump: Pump;
  readonly to: string;
}

export interface Proxy {
  readonly port: number;
  readonly passages: ReadonlyMap<number, Passage>;
  /** Whether every message is held. */
  holdAll: boolean;
  /** Looks again at what waits, as after a change of the rules. */
  settle(): void;
  close(): Promise<void>;
}

/** Listens; the error is in words, for people. */
export async function startProxy(options: ProxyOptions): Promise<Result<Proxy, string>> {
  const { host, port, record, say } = options;
  const passages = new Map<number, Passage>();
  const sockets = new Set<Socket>();
  let connections = 0;
  let heldIds = 0;
  let holdAll = false;

  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.maxConnections = options.maxConnections;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
    void serve(socket, options.target?.hostname ?? "localhost");
  });
  server.on("drop", () => say(`a connection was turned away: ${options.maxConnections} are open`));

  async function serve(socket: Socket, name: string): Promise<void> {
    const start = await peek(socket);
    if (start === "end") return void socket.destroy();
    if (start === "other") return request(socket);
    if (options.nearTls === undefined) {
      say("a client speaks TLS: give --tls-cert and --tls-key, or --ca DIR, to let it");
      return void socket.destroy();
    }
    const inner = await options.nearTls.accept(socket, name);
    if (inner.ok) return request(inner.value);
    say(inner.error);
  }

  async function request(socket: Socket): Promise<void> {
    const head = await readFirst(socket, headEnd);
    if (head === null) {
      refuse(socket, { status: 400, says: "No whole HTTP request came." });
      return;
    }
    const route = findRoute(head, options);
    if (!route.ok) {
      refuse(socket, route.error);
      return;
    }
    const { value } = route;
    const far = await dial(value.to, options.tls);
    if (!far.ok) {
      say(far.error);
      refuse(socket, { status: 502, says: `${far.error} (wsecho proxy)` });
      return;
    }
    if (socket.destroyed) return void far.value.destroy();
    if (value.kind === "forward") {
      join({ near: socket, far: far.value }, value.to, {
        first: { came: head, sent: value.head },
        says: value.changed,
      });
      return;
    }
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    await tunnel({ near: socket, far: far.value }, value.to);
  }

  /** What a client has to say to a host behind CONNECT: TLS, or a request in clear. */
  async function tunnel({ near, far }: Legs, to: Upstream): Promise<void> {
    const start = await peek(near, far);
    if (start !== "tls" || options.nearTls === undefined) {
      if (start === "tls")
        say(`TLS to ${to.host}:${to.port} passes unread; --ca DIR makes it readable`);
      join({ near, far }, to);
      return;
    }
    const secured = await secure(far, to.host, options.tls);
    const inner = await options.nearTls.accept(near, to.host);
    if (!inner.ok) {
      say(inner.error);
      if (secured.ok) secured.value.destroy();
      return;
    }
    if (!secured.ok) {
      say(secured.error);
      // Inside, where the client hears it.
      await readFirst(inner.value, headEnd);
      refuse(inner.value, { status: 502, says: `${secured.error} (wsecho proxy)` });
      return;
    }
    join({ near: inner.value, far: secured.value }, to);
  }

  function join(
    legs: Legs,
    to: Upstream,
    begin: {
      readonly first?: { readonly came: Uint8Array; readonly sent: Uint8Array };
      readonly says?: string | undefined;
    } = {},
  ): void {
    const conn = ++connections;
    const where = `${to.host}:${to.port}`;
    const pump = createPump(legs, () => {
      passages.delete(conn);
    });
    const engine = createEngine({
      conn,
      rulebook: options.rulebook,
      holdsAll: () => holdAll,
      newKey: () => randomBytes(4),
      newHeldId: () => ++heldIds,
      send: pump.send,
      record,
      onHeld: options.onHeld,
      onEnd: pump.endOut,
      onFail: (reason) => {
        say(`connection ${conn} was cut: ${reason}`);
        engine.note(`the proxy cut the connection: ${reason}`, nowUs());
        pump.destroy();
      },
    });
    passages.set(conn, { engine, pump, to: where });
    if (begin.says !== undefined) engine.note(begin.says, nowUs());
    pump.start(engine, begin.first);
  }

  const listening = once(server, "listening");
  server.listen(port, host);
  try {
    await listening;
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failure(
      code === "EADDRINUSE"
        ? `port ${port} is in use: take another with --listen, or 0 for any`
        : `${host}:${port} cannot be listened on (${code})`,
    );
  }
  return success({
    port: (server.address() as AddressInfo).port,
    passages,
    get holdAll() {
      return holdAll;
    },
    set holdAll(value) {
      holdAll = value;
    },
    settle() {
      for (const { engine, pump } of passages.values()) {
        engine.tick(nowUs());
        pump.relieve();
      }
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const { pump } of passages.values()) pump.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
}

function refuse(socket: Socket, { status, says }: Refusal): void {
  const reasons: Readonly<Record<number, string>> = {
    400: "Bad Request",
    405: "Method Not Allowed",
    502: "Bad Gateway",
  };
  const body = `${says}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status] ?? "Error"}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // A client that does not go, goes.
  socket.resume();
  setTimeout(() => socket.destroy(), 2000).unref();
}
