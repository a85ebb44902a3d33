import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { isInsideMessage } from "../unfinished.ts";
import type { Entry } from "./messages.ts";
import { headOf, type Heads } from "./heads.ts";
import { now, type Tape } from "./tape.ts";

/** A connection whose handshake will be answered now. */
export interface Newcomer {
  /** The log's `conn`. */
  readonly conn: number;
  /** The log's `session`. */
  readonly session: string;
  readonly socket: Socket;
  /** `null`: it may not be watched. */
  readonly dialect: "plain" | "v1" | "other" | null;
  /** Who is logged in; the tap sets it. */
  user: string | null;
}

/** One that is open. */
export interface Subject extends Newcomer {
  readonly webSocket: WebSocket;
}

type Start = Extract<Entry, { readonly type: "open" }>["start"];

/** A connection that somebody looks at. The others have no listener, no wrapper and no such object. */
export class Tapped {
  readonly #conn: number;
  readonly #socket: Socket;
  readonly #tape: Tape;
  readonly #onData: (chunk: Buffer) => void;
  /** Until the handshake has succeeded nobody else says when the connection closes. */
  #onFailed: (() => void) | null = null;

  /** To be called before the handshake is answered. */
  static fromStart(newcomer: Newcomer, tape: Tape, request: IncomingMessage): Tapped {
    const tapped = new Tapped(newcomer, tape, "handshake");
    tape.add(newcomer.conn, "c2s", Buffer.from(headOf(request), "latin1"));
    return tapped;
  }

  /** The handshake is over; its heads, where they are still known. */
  static fromHere(subject: Subject, tape: Tape, heads?: Heads): Tapped {
    // The server's frames are written whole. Of the client's, one may have come in part.
    const start = isInsideMessage(subject.webSocket) ? "middle" : "frames";
    return new Tapped(subject, tape, start, heads);
  }

  private constructor(
    { conn, session, socket, dialect, user }: Newcomer,
    tape: Tape,
    start: Start,
    heads?: Heads,
  ) {
    this.#conn = conn;
    this.#socket = socket;
    this.#tape = tape;
    const whose = { session, user };
    const entry = { type: "open", conn, time: now(), whose, start } as const;
    tape.say({ ...entry, dialect: dialect ?? "other", ...(heads && { heads }) });
    // Before the library's own listener, which unmasks in place. What came with the request passes
    // here too: the library puts it back into the socket.
    this.#onData = (chunk) => tape.add(conn, "c2s", chunk);
    socket.prependListener("data", this.#onData);
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
  }

  /** `tell` where the handshake fails; `null` once it has succeeded. */
  onFailed(tell: (() => void) | null): void {
    if (this.#onFailed !== null) this.#socket.removeListener("close", this.#onFailed);
    this.#onFailed = tell;
    if (tell !== null) this.#socket.once("close", tell);
  }

  /** Puts the socket back as it was. */
  untap(how: "closed" | "stopped"): void {
    this.onFailed(null);
    this.#socket.removeListener("data", this.#onData);
    // The prototype's own is back.
    Reflect.deleteProperty(this.#socket, "write");
    this.#tape.say({ type: "end", conn: this.#conn, time: now(), how });
  }
}
