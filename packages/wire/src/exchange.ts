import { noBytes } from "./bytes.ts";
import { asksForWebSocket, lintRequest, readAgreement } from "./handshake.ts";
import { createBodyReader, createHeadReader, statusOf, type Body, type Head } from "./http.ts";
import type { Direction, HandshakeRecord } from "./records.ts";
import { toFrames, type Connection } from "./stream.ts";

/** The requests and answers that a connection begins with. */
export interface Exchange {
  /** Takes a part of a head or a body, or keeps what waits for an answer, and returns the rest. */
  push(dir: Direction, bytes: Uint8Array): Uint8Array;
  /** The bytes of one direction have ended inside a head or a body. */
  end(dir: Direction): void;
}

/** Reads HTTP up to the answer that makes it WebSocket (RFC 6455 section 4). */
export function createExchange(connection: Connection): Exchange {
  const { shared, streams } = connection;
  const { limits } = shared;
  let request: Head | undefined;
  let asked: "websocket" | "http" | "connect" | undefined;
  let answer: Head | undefined;
  let saidHttp = false;

  function takeHead(dir: Direction, bytes: Uint8Array): Uint8Array {
    const own = streams[dir];
    const { used, value } = own.head.push(bytes);
    if (value !== undefined) {
      own.head = createHeadReader(limits.head);
      if (dir === "c2s") takeRequest(value, bytes.length - used);
      else takeAnswer(value, bytes.length - used);
    }
    return bytes.subarray(used);
  }

  function takeBody(dir: Direction, bytes: Uint8Array): Uint8Array {
    const own = streams[dir];
    const { used, value } = own.body?.reader.push(bytes) ?? { used: 0, value: undefined };
    if (value !== undefined) {
      // An answer may be over before its request is.
      if (dir === "c2s") own.mode = asked === undefined ? "start" : "wait";
      else finishAnswer(value);
    }
    return bytes.subarray(used);
  }

  function wait(bytes: Uint8Array): Uint8Array {
    const own = streams.c2s;
    const room = limits.pending - own.waiting.length;
    if (bytes.length <= room) {
      own.waiting.push(bytes);
      return noBytes;
    }
    shared.note("cap", "no answer to the handshake was seen; taken as accepted", { dir: "c2s" });
    own.mode = "frames";
    own.side.begin(own.total - bytes.length - own.waiting.length);
    connection.drain("c2s");
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
      shared.emit({
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
    const { length } = own.body;
    own.mode = length === 0 || length === Infinity ? "wait" : "body";
  }

  function saidCap(head: Head, dir: Direction): void {
    if (head.cut > 0)
      shared.note("cap", "a head is larger than what is kept of one", { dir, count: head.cut });
  }

  /** @param behind bytes that follow the head in the piece at hand */
  function takeAnswer(head: Head, behind: number): void {
    const own = streams.s2c;
    const status = statusOf(head);
    answer = head;
    if (status === 101) {
      finishAnswer({ bytes: noBytes, total: 0 }, behind);
    } else if (status > 0 && status < 200) {
      emitAnswer(head, undefined);
      own.mode = "start";
    } else {
      const empty =
        status === 204 ||
        status === 304 ||
        request?.first[0] === "HEAD" ||
        (asked === "connect" && status < 300);
      own.body = createBodyReader(head.headers, asked === "http" ? 0 : limits.head);
      own.mode = "body";
      if (empty || own.body.length === 0) finishAnswer({ bytes: noBytes, total: 0 });
    }
    saidCap(head, "s2c");
  }

  function emitAnswer(head: Head, body: Body | undefined): void {
    if (asked === "http") return;
    const status = statusOf(head);
    const cut = head.cut + (body === undefined ? 0 : body.total - body.bytes.length);
    const agreed = status === 101 ? readAgreement(head, request) : undefined;
    shared.emit({
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
    const status = statusOf(head);
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
        toFrames(connection, "c2s");
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
    connection.drain("c2s");
  }

  return {
    push(dir, bytes) {
      const { mode } = streams[dir];
      if (mode === "head") return takeHead(dir, bytes);
      return mode === "body" ? takeBody(dir, bytes) : wait(bytes);
    },
    end(dir) {
      const { mode, head, body } = streams[dir];
      if (mode === "head" && head.started)
        shared.note("incomplete", "the bytes end inside a head", { dir });
      if (mode === "body" && dir === "s2c" && body !== undefined) finishAnswer(body.partial());
    },
  };
}
