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
  /** Of a pong that answers a ping of ours, in milliseconds. */
  readonly rttMs?: number;
}

/** The control frames of the present connection. */
export interface Control {
  readonly attach: (socket: WebSocket) => void;
  /** Says whether there was a connection to send on. */
  readonly ping: (data: Uint8Array) => boolean;
  readonly pong: (data: Uint8Array) => boolean;
}

/** More pings on their way than this, and the oldest is forgotten. */
const maxPings = 100;

export function createControl({ intervalMs, timeoutMs, onFrame, onDead }: ControlOptions): Control {
  let current: WebSocket | null = null;
  let pings: readonly { readonly data: Buffer; readonly at: number }[] = [];

  const send = (type: "ping" | "pong", data: Uint8Array): boolean => {
    if (current?.readyState !== 1) return false;
    const payload = Buffer.from(data);
    if (type === "ping") {
      pings = [...pings, { data: payload, at: performance.now() }].slice(-maxPings);
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
      pings = [];
      if (intervalMs === null) return;
      beat = setInterval(() => {
        send("ping", Buffer.alloc(0));
        deadline ??= setTimeout(expire, timeoutMs);
      }, intervalMs);
    });
    socket.on("ping", (data: Buffer) => onFrame({ type: "ping", dir: "in", data }));
    socket.on("pong", (data: Buffer) => {
      alive();
      // Pings before one that has its pong may never get theirs (RFC 6455 section 5.5.3).
      const index = pings.findIndex((ping) => ping.data.equals(data));
      const mine = pings[index];
      pings = pings.slice(index + 1);
      onFrame({
        type: "pong",
        dir: "in",
        data,
        ...(mine === undefined ? {} : { rttMs: performance.now() - mine.at }),
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
