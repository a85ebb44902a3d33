import { createQueue, noBytes, toLatin1, type Queue } from "./bytes.ts";
import { asksForWebSocket, lintRequest, readAgreement } from "./handshake.ts";
import { createBodyReader, createHeadReader, valuesOf, type Body, type Head } from "./http.ts";
import { defaultWireLimits, type WireLimits } from "./limits.ts";
import type { Direction, HandshakeRecord, Vantage, WireRecord } from "./records.ts";
import { findFrames } from "./resync.ts";
import { createSide, type Shared, type Side } from "./side.ts";

/** What {@link createDecoder} takes. */
export interface DecoderOptions {
  /** Gets every record, in order. */
  readonly emit: (record: WireRecord) => void;
  /** Number of the connection; 1 by default. */
  readonly conn?: number;
  /** Where the bytes are seen; `capture` by default. */
  readonly at?: Vantage;
  readonly limits?: Partial<WireLimits>;
  /** `frames`: both directions begin with a frame, and nothing is said about a handshake. */
  readonly start?: "handshake" | "frames";
  /** Whether the bytes may begin in the middle of a connection; `true` by default. */
  readonly midstream?: boolean;
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

type Mode =
  /** The first bytes decide what this is. */
  | "start"
  | "head"
  | "body"
  /** A client's bytes behind its request, until the answer says what they are. */
  | "wait"
  /** Frames, beginning nobody knows where. */
  | "seek"
  | "frames"
  | "opaque";

interface Stream {
  mode: Mode;
  /** Bytes so far, those that wait included. */
  total: number;
  readonly waiting: Queue;
  head: ReturnType<typeof createHeadReader>;
  body: ReturnType<typeof createBodyReader> | undefined;
  /** Of `seek`: bytes that belong to no frame. */
  skipped: number;
  /** Of `wait`: bytes in between are missing. */
  holed: boolean;
  ended: boolean;
  readonly side: Side;
}

const other = { c2s: "s2c", s2c: "c2s" } as const;

/** A decoder of one connection. Memory is bounded by its limits, see {@link WireLimits}. */
export function createDecoder(options: DecoderOptions): Decoder {
  const limits: WireLimits = { ...defaultWireLimits, ...options.limits };
  const { emit, conn = 1, at = "capture" } = options;
  let first: number | undefined;
  let now = 0;
  let frames = 0;
  let messages = 0;
  let request: Head | undefined;
  let asked: "websocket" | "http" | "connect" | undefined;
  let answer: Head | undefined;
  let saidHttp = false;
  let saidEnd = false;

  const shared: Shared = {
    limits,
    emit,
    stamp: () => ({ t: now, us: now - (first ?? now), conn, at }),
    note(code, says, about = {}) {
      emit({ k: "note", ...shared.stamp(), code, says, ...about });
    },
    nextFrame: () => ++frames,
    nextMessage: () => ++messages,
  };

  const stream = (dir: Direction): Stream => ({
    mode: options.start === "frames" ? "frames" : "start",
    total: 0,
    waiting: createQueue(),
    head: createHeadReader(limits.head),
    body: undefined,
    skipped: 0,
    holed: false,
    ended: false,
    side: createSide(shared, dir),
  });
  const streams: Readonly<Record<Direction, Stream>> = { c2s: stream("c2s"), s2c: stream("s2c") };

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
        return decide(dir, bytes);
      case "head": {
        const { used, value } = own.head.push(bytes);
        if (value !== undefined) {
          own.head = createHeadReader(limits.head);
          if (dir === "c2s") takeRequest(value, bytes.length - used);
          else takeAnswer(value, bytes.length - used);
        }
        return bytes.subarray(used);
      }
      case "body": {
        const { used, value } = own.body?.reader.push(bytes) ?? { used: 0, value: undefined };
        if (value !== undefined) {
          if (dir === "c2s") own.mode = "wait";
          else finishAnswer(value);
        }
        return bytes.subarray(used);
      }
      case "wait":
        return wait(own, bytes);
      case "seek": {
        own.waiting.push(bytes);
        seek(dir, false);
        return noBytes;
      }
    }
  }

  function decide(dir: Direction, bytes: Uint8Array): Uint8Array {
    const own = streams[dir];
    own.waiting.push(bytes);
    const found = guess(dir, own.waiting.view());
    if (found === undefined) return noBytes;
    const kind = found === "seek" && options.midstream === false ? "opaque" : found;
    const rest = own.waiting.view().slice();
    own.waiting.drop(rest.length);
    own.mode = kind === "http" ? "head" : kind;
    if (kind === "seek") {
      shared.note("midstream", "the capture begins after the handshake", { dir });
      own.skipped = 0;
    }
    if (kind === "opaque") {
      shared.note(
        "opaque",
        found === "seek"
          ? "these bytes begin no HTTP request"
          : "these are TLS or HTTP/2, whose frames cannot be read here",
        { dir },
      );
      streams[other[dir]].mode = "opaque";
    }
    return rest;
  }

  /** @returns whether frames were found */
  function seek(dir: Direction, last: boolean): boolean {
    const own = streams[dir];
    const found = findFrames(own.waiting.view(), dir, { from: 0, cap: limits.pending, last });
    own.skipped += found.offset;
    own.waiting.drop(found.offset);
    if (found.kind === "more") return false;
    if (own.skipped > 0)
      shared.note("resync", "frames were found again behind bytes that belong to none", {
        dir,
        count: own.skipped,
      });
    own.skipped = 0;
    toFrames(dir);
    return true;
  }

  /** What waits are frames. */
  function toFrames(dir: Direction): void {
    const own = streams[dir];
    own.mode = "frames";
    own.side.begin(own.total - own.waiting.length);
    drain(dir);
  }

  function drain(dir: Direction): void {
    const { waiting } = streams[dir];
    let rest: Uint8Array = waiting.view().slice();
    waiting.drop(rest.length);
    while (rest.length > 0) rest = step(dir, rest);
  }

  function wait(own: Stream, bytes: Uint8Array): Uint8Array {
    const room = limits.pending - own.waiting.length;
    if (bytes.length <= room) {
      own.waiting.push(bytes);
      return noBytes;
    }
    shared.note("cap", "no answer to the handshake was seen; taken as accepted", { dir: "c2s" });
    own.mode = "frames";
    own.side.begin(own.total - bytes.length - own.waiting.length);
    drain("c2s");
    return bytes;
  }

  /** @param behind bytes that follow the head in the piece at hand */
  function takeRequest(head: Head, behind: number): void {
    const own = streams.c2s;
    request = head;
    asked = head.first[0] === "CONNECT" ? "connect" : asksForWebSocket(head) ? "websocket" : "http";
    if (asked === "http") {
      if (!saidHttp)
        shared.note("http", "an HTTP request that does not ask for WebSocket; left out", {
          dir: "c2s",
        });
      saidHttp = true;
    } else {
      const [method, target] = head.first;
      emit({
        k: "handshake",
        ...shared.stamp(),
        dir: "c2s",
        head: head.text,
        method,
        target,
        headers: head.headers,
        ...(head.cut > 0 && { cut: head.cut }),
        lint: asked === "websocket" ? lintRequest(head) : [],
      });
      saidCap(head, "c2s");
    }
    if (streams.s2c.mode === "frames") {
      // The capture has the answer before the question.
      own.mode = "frames";
      own.side.begin(own.total - behind);
      return;
    }
    own.body = createBodyReader(head.headers, 0);
    own.mode =
      own.body.untilEnd || valuesOf(head.headers, "Content-Length")[0] === "0" ? "wait" : "body";
  }

  function saidCap(head: Head, dir: Direction): void {
    if (head.cut > 0)
      shared.note("cap", "a head is larger than what is kept of one", { dir, count: head.cut });
  }

  /** @param behind bytes that follow the head in the piece at hand */
  function takeAnswer(head: Head, behind: number): void {
    const own = streams.s2c;
    const status = Number(head.first[1]);
    answer = head;
    if (status === 101) {
      finishAnswer({ bytes: noBytes, total: 0 }, behind);
    } else if (status < 200) {
      emitAnswer(head, undefined);
      own.mode = "start";
    } else {
      const empty = status === 204 || status === 304 || (asked === "connect" && status < 300);
      own.body = createBodyReader(head.headers, asked === "http" ? 0 : limits.head);
      own.mode = "body";
      if (empty || valuesOf(head.headers, "Content-Length")[0] === "0")
        finishAnswer({ bytes: noBytes, total: 0 });
    }
    saidCap(head, "s2c");
  }

  function emitAnswer(head: Head, body: Body | undefined): void {
    if (asked === "http") return;
    const status = Number(head.first[1]);
    const cut = head.cut + (body === undefined ? 0 : body.total - body.bytes.length);
    const agreed = status === 101 ? readAgreement(head, request) : undefined;
    emit({
      k: "handshake",
      ...shared.stamp(),
      dir: "s2c",
      head: head.text,
      status,
      accepted: agreed?.accepted ?? false,
      headers: head.headers,
      ...(agreed && { deflate: agreed.deflate, subprotocol: agreed.subprotocol }),
      ...(body !== undefined && body.bytes.length > 0 && { body: body.bytes }),
      ...(cut > 0 && { cut }),
      lint: agreed?.lint ?? [],
    } satisfies HandshakeRecord);
    if (agreed !== undefined) {
      streams.c2s.side.agree(agreed.deflate?.c2s ?? null);
      streams.s2c.side.agree(agreed.deflate?.s2c ?? null);
    }
  }

  function finishAnswer(body: Body, behind = 0): void {
    const head = answer;
    if (head === undefined) return;
    const { c2s, s2c } = streams;
    const status = Number(head.first[1]);
    const upgraded = status === 101 && asked !== "http" && asked !== "connect";
    emitAnswer(head, body);
    answer = undefined;
    request = undefined;
    s2c.body = undefined;
    if (upgraded) {
      s2c.mode = "frames";
      s2c.side.begin(s2c.total - behind);
      if (c2s.mode !== "wait") return;
      if (c2s.holed) {
        c2s.holed = false;
        c2s.mode = "seek";
      } else {
        toFrames("c2s");
        return;
      }
    } else if (status === 101) {
      shared.note("opaque", "the connection became something other than WebSocket");
      c2s.mode = "opaque";
      s2c.mode = "opaque";
    } else {
      if (asked === "connect" && status < 300)
        shared.note("http", "a tunnel was opened; what follows is read as a connection of its own");
      s2c.mode = "start";
      if (c2s.mode === "wait") c2s.mode = "start";
    }
    asked = undefined;
    drain("c2s");
  }

  function endStream(dir: Direction): void {
    const own = streams[dir];
    if (own.ended) return;
    own.ended = true;
    if (own.mode === "start" && own.waiting.length > 0 && options.midstream !== false)
      own.mode = "seek";
    if (own.mode === "seek" && !seek(dir, true)) {
      const count = own.skipped + own.waiting.length;
      if (count > 0) shared.note("incomplete", "no frame was found in these bytes", { dir, count });
    }
    if (own.mode === "head" && own.head.started)
      shared.note("incomplete", "the bytes end inside a head", { dir });
    if (own.mode === "body" && dir === "s2c" && own.body !== undefined)
      finishAnswer(own.body.partial());
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
      toFrames("c2s");
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

/** What the first bytes of a stream are; `undefined` where they are too few to tell. */
function guess(dir: Direction, bytes: Uint8Array): "http" | "opaque" | "seek" | undefined {
  const text = toLatin1(bytes.subarray(0, 24));
  const [first = 0, second] = bytes;
  // TLS records: types 20 to 23, major version 3.
  if (first >= 20 && first <= 23 && second === 3) return "opaque";
  if (first >= 20 && first <= 23 && second === undefined) return undefined;
  if (dir === "s2c") {
    if (text.startsWith("HTTP/")) return "http";
    return "HTTP/".startsWith(text) ? undefined : "seek";
  }
  if (text.startsWith("PRI * HTTP/2")) return "opaque";
  if ("PRI * HTTP/2".startsWith(text)) return undefined;
  if (/^[A-Z]{2,16} /.test(text)) return "http";
  return /^[A-Z]{0,16}$/.test(text) ? undefined : "seek";
}
