import { noBytes } from "./bytes.ts";
import { createExchange } from "./exchange.ts";
import { defaultWireLimits, type WireLimits } from "./limits.ts";
import type { Direction, Vantage, WireRecord } from "./records.ts";
import type { Shared } from "./side.ts";
import { decide, seek } from "./start.ts";
import { createStream, takeWaiting, toFrames, type Connection, type Mode } from "./stream.ts";

/** What {@link createDecoder} takes. */
export interface DecoderOptions {
  /** Gets every record, in order. */
  readonly emit: (record: WireRecord) => void;
  /** Number of the connection; 1 by default. */
  readonly conn?: number;
  /** Where the bytes are seen; `capture` by default. */
  readonly at?: Vantage;
  readonly limits?: Partial<WireLimits>;
  /**
   * What the bytes begin with; nothing is said about a handshake that is not among them. `middle`:
   * a connection under way, where the server's bytes begin with a frame, and the client's anywhere.
   */
  readonly start?: "handshake" | "frames" | "middle";
  /** Whether the bytes may begin in the middle of a connection; `true` by default. */
  readonly midstream?: boolean;
  /** Where the numbers of frames and messages come from, for who adds some of their own. */
  readonly numbers?: {
    /** The number of the next frame. */
    readonly frame: () => number;
    /** The number of the next message. */
    readonly message: () => number;
  };
  /** Says at which offset of a direction's bytes frames begin, before any of them is emitted. */
  readonly onFrames?: (dir: Direction, off: number) => void;
}

/** Reads both directions of one connection, in any pieces. Never throws, whatever the bytes are. */
export interface Decoder {
  /**
   * Takes bytes as they were on the wire. It keeps copies only.
   *
   * @param time microseconds since 1970; never less than before
   */
  push(dir: Direction, bytes: Uint8Array, time: number): void;
  /** Says that `count` bytes are missing here, as in a capture that lost a packet. */
  skip(dir: Direction, count: number, time: number): void;
  /** Says that one direction has ended; both directions without `dir`. */
  end(time: number, dir?: Direction): void;
  /** Says that nothing more is seen, though the connection may go on: so there is no close record. */
  stop(time: number): void;
}

const modeOf = (start: DecoderOptions["start"]): Mode => (start === "frames" ? "frames" : "start");

/** A decoder of one connection. Memory is bounded by its limits, see {@link WireLimits}. */
export function createDecoder(options: DecoderOptions): Decoder {
  const limits: WireLimits = { ...defaultWireLimits, ...options.limits };
  const { emit, conn = 1, at = "capture" } = options;
  let first: number | undefined;
  let now = 0;
  let frames = 0;
  let messages = 0;
  let saidEnd = false;

  const shared: Shared = {
    limits,
    emit,
    stamp: () => ({ t: now, us: now - (first ?? now), conn, at }),
    note(code, says, about = {}) {
      emit({ k: "note", ...shared.stamp(), code, says, ...about });
    },
    nextFrame: options.numbers?.frame ?? (() => ++frames),
    nextMessage: options.numbers?.message ?? (() => ++messages),
    framesBegin: (dir, off) => options.onFrames?.(dir, off),
  };

  const { start } = options;
  const streams = {
    c2s: createStream(shared, "c2s", start === "middle" ? "seek" : modeOf(start)),
    s2c: createStream(shared, "s2c", start === "middle" ? "frames" : modeOf(start)),
  };
  const connection: Connection = {
    shared,
    streams,
    drain(dir) {
      let rest = takeWaiting(streams[dir]);
      while (rest.length > 0) rest = step(dir, rest);
    },
  };
  const exchange = createExchange(connection);
  const midstream = options.midstream !== false;

  const tick = (time: number): void => {
    first ??= time;
    now = time;
  };

  /** Takes a part of `bytes` and returns the rest. */
  function step(dir: Direction, bytes: Uint8Array): Uint8Array {
    const own = streams[dir];
    switch (own.mode) {
      case "opaque":
        return noBytes;
      case "frames":
        own.side.push(bytes);
        return noBytes;
      case "start":
        return decide(connection, dir, { bytes, midstream });
      case "seek":
        own.waiting.push(bytes);
        seek(connection, dir, false);
        return noBytes;
      case "head":
      case "body":
      case "wait":
        return exchange.push(dir, bytes);
    }
  }

  function endStream(dir: Direction): void {
    const own = streams[dir];
    if (own.ended) return;
    own.ended = true;
    if (own.mode === "start" && own.waiting.length > 0 && midstream) own.mode = "seek";
    if (own.mode === "seek" && !seek(connection, dir, true)) {
      const count = own.skipped + own.waiting.length;
      if (count > 0) shared.note("incomplete", "no frame was found in these bytes", { dir, count });
    }
    exchange.end(dir);
    if (own.mode === "frames") own.side.end();
  }

  function sayEnd(dir: Direction): void {
    const { c2s, s2c } = streams;
    const open = c2s.mode === "frames" || s2c.mode === "frames";
    if (saidEnd || !open || c2s.side.closed || s2c.side.closed) return;
    saidEnd = true;
    emit({ k: "close", ...shared.stamp(), dir, by: "transport", code: 1006, reason: "", lint: [] });
  }

  function end(time: number, dir?: Direction): void {
    tick(time);
    endStream(dir ?? "c2s");
    if (dir === undefined) endStream("s2c");
    const { c2s, s2c } = streams;
    if (c2s.ended && s2c.ended && c2s.mode === "wait" && c2s.waiting.length > 0) {
      shared.note("midstream", "no answer to the handshake was seen; taken as accepted", {
        dir: "c2s",
      });
      toFrames(connection, "c2s");
      c2s.side.end();
    }
    sayEnd(dir ?? "s2c");
  }

  return {
    push(dir, bytes, time) {
      tick(time);
      const own = streams[dir];
      own.total += bytes.length;
      // A plain view: a Node Buffer's `slice` would share memory with its owner.
      let rest: Uint8Array = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      while (rest.length > 0) rest = step(dir, rest);
    },
    skip(dir, count, time) {
      tick(time);
      const own = streams[dir];
      own.total += count;
      if (count <= 0 || own.mode === "opaque") return;
      shared.note("gap", "bytes are missing in the capture", { dir, count });
      if (own.mode === "wait") own.holed = true;
      else if (own.mode === "frames") {
        if (own.side.skip(count) === 0) return;
        own.side.end();
        own.mode = "seek";
      } else own.mode = "seek";
      own.skipped = 0;
      own.waiting.drop(own.waiting.length);
    },
    end,
    stop(time) {
      saidEnd = true;
      end(time);
    },
  };
}
