import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { isInsideMessage } from "../unfinished.ts";
import type { Entry } from "./messages.ts";
import { now, type Tape } from "./tape.ts";

/** A connection that may be watched. */
export interface Subject {
  /** The log's `conn`. */
  readonly conn: number;
  /** The log's `session`. */
  readonly session: string;
  readonly socket: Socket;
  readonly dialect: "plain" | "v1" | "other";
}

/**
 * One connection. While nobody looks at it, it has no listener and no wrapper: it costs this object.
 */
export class Tapped {
  readonly subject: Subject;
  /** Who is logged in. */
  user: string | null;
  #webSocket: WebSocket | null = null;
  /** Until the handshake has succeeded nobody else says when the connection closes. */
  #onFailed: (() => void) | null = null;
  #untap: ((how: "closed" | "stopped") => void) | null = null;

  constructor(subject: Subject, user: string | null) {
    this.subject = subject;
    this.user = user;
  }

  get isTapped(): boolean {
    return this.#untap !== null;
  }

  /** The handshake has succeeded. */
  opened(webSocket: WebSocket): void {
    this.#webSocket = webSocket;
    if (this.#onFailed !== null) this.subject.socket.removeListener("close", this.#onFailed);
    this.#onFailed = null;
  }

  /** To be called before the handshake is answered. */
  tapFromStart(tape: Tape, request: IncomingMessage): void {
    this.#tap(tape, "handshake");
    this.#onFailed = () => this.untap("closed");
    this.subject.socket.once("close", this.#onFailed);
    tape.add(this.subject.conn, "c2s", headOf(request));
  }

  /** The handshake is over. */
  tapFromHere(tape: Tape): void {
    // The server's frames are written whole. Of the client's, one may have come in part.
    const isBetween = this.#webSocket !== null && !isInsideMessage(this.#webSocket);
    this.#tap(tape, isBetween ? "frames" : "middle");
  }

  /** Puts the socket back as it was. */
  untap(how: "closed" | "stopped"): void {
    this.#untap?.(how);
    this.#untap = null;
  }

  #tap(tape: Tape, start: Extract<Entry, { readonly type: "open" }>["start"]): void {
    const { conn, session, socket, dialect } = this.subject;
    const whose = { session, user: this.user };
    tape.say({ type: "open", conn, time: now(), whose, dialect, start });
    // Before the library's own listener, which unmasks in place. What came with the request passes
    // here too: the library puts it back into the socket.
    const onData = (chunk: Buffer): void => tape.add(conn, "c2s", chunk);
    socket.prependListener("data", onData);
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    const copying = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      const [encoding] = rest;
      tape.add(
        conn,
        "s2c",
        typeof chunk === "string"
          ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
          : chunk,
      );
      return write(chunk, ...rest);
    };
    socket.write = copying;
    this.#untap = (how) => {
      socket.removeListener("data", onData);
      // The prototype's own is back.
      Reflect.deleteProperty(socket, "write");
      tape.say({ type: "end", conn, time: now(), how });
    };
  }
}

/** The request's head, as far as Node tells: names, values and their order, blanks around them not. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method ?? ""} ${url ?? ""} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push(`${rawHeaders[i] ?? ""}: ${rawHeaders[i + 1] ?? ""}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}
