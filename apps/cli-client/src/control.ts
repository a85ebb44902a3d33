import type WebSocket from "ws";

export interface ControlOptions {
  /** Between two pings, in milliseconds; `null` for none. */
  readonly intervalMs: number | null;
  /** Without a pong for so long the link is dead. */
  readonly timeoutMs: number;
  readonly onFrame: (frame: ControlFrame) => void;
  /** A link was found dead; it is cut then. */
  readonly onDead: () => void;
}

export interface ControlFrame {
  readonly type: "ping" | "pong";
  readonly dir: "in" | "out";
  readonly data: Buffer;
  /** Of a pong that answers our last ping, in milliseconds. */
  readonly rttMs?: number;
}

/** The control frames of the present connection. */
export interface Control {
  readonly attach: (socket: WebSocket) => void;
  /** Says whether there was a connection to send on. */
  readonly ping: (data: Uint8Array) => boolean;
  readonly pong: (data: Uint8Array) => boolean;
}

export function createControl({ intervalMs, timeoutMs, onFrame, onDead }: ControlOptions): Control {
  let current: WebSocket | null = null;
  let pinged: { readonly data: Buffer; readonly at: number } | null = null;

  const send = (type: "ping" | "pong", data: Uint8Array): boolean => {
    if (current?.readyState !== 1) return false;
    const payload = Buffer.from(data);
    if (type === "ping") {
      pinged = { data: payload, at: performance.now() };
      current.ping(payload);
    } else current.pong(payload);
    onFrame({ type, dir: "out", data: payload });
    return true;
  };

  const attach = (socket: WebSocket): void => {
    let deadline: NodeJS.Timeout | undefined;
    const alive = (): void => {
      clearTimeout(deadline);
      deadline = undefined;
    };
    const expire = (): void => {
      // While we read nothing ourselves the silence says nothing about the link.
      if (socket.isPaused) {
        deadline?.refresh();
        return;
      }
      onDead();
      socket.terminate();
    };
    let beat: NodeJS.Timeout | undefined;
    socket.on("open", () => {
      current = socket;
      if (intervalMs === null) return;
      beat = setInterval(() => {
        send("ping", Buffer.alloc(0));
        deadline ??= setTimeout(expire, timeoutMs);
      }, intervalMs);
    });
    socket.on("ping", (data: Buffer) => onFrame({ type: "ping", dir: "in", data }));
    socket.on("pong", (data: Buffer) => {
      alive();
      const mine = pinged?.data.equals(data) === true ? pinged : null;
      pinged = null;
      onFrame({
        type: "pong",
        dir: "in",
        data,
        ...(mine === null ? {} : { rttMs: performance.now() - mine.at }),
      });
    });
    // Any sign of life will do.
    socket.on("message", alive);
    socket.on("close", () => {
      alive();
      clearInterval(beat);
    });
  };
  return {
    attach,
    ping: (data) => send("ping", data),
    pong: (data) => send("pong", data),
  };
}

/** A pong with its time answers a ping that was asked for. */
export function isAnswer({ rttMs, data }: ControlFrame): boolean {
  return rttMs !== undefined && data.byteLength > 0;
}

export function describeControl({ type, dir, data, rttMs }: ControlFrame): string {
  const payload = data.byteLength === 0 ? "" : ` “${data.toString()}”`;
  const time = rttMs === undefined ? "" : ` after ${rttMs.toFixed(1)} ms`;
  return `${dir === "in" ? "<" : ">"} ${type}${payload}${time}`;
}
