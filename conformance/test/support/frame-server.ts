import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** What the server does wrong; each is one check or one deed of a right one, left out or changed. */
export type Fault =
  | "takes unmasked frames"
  | "ignores reserved bits"
  | "ignores reserved opcodes"
  | "takes long control frames"
  | "takes fragmented control frames"
  | "takes stray continuations"
  | "takes new data inside a message"
  | "answers pings with nothing"
  | "answers no ping"
  | "answers pongs"
  | "answers pings after the message"
  | "answers the first of many pings only"
  | "does not check UTF-8"
  | "checks UTF-8 of each fragment alone"
  | "refuses code points that are no characters"
  | "takes any close code"
  | "takes a close of one byte"
  | "takes any close reason"
  | "closes with 1000 whatever was said"
  | "never answers a close"
  | "never ends TCP"
  | "answers behind the close"
  | "answers text as binary"
  | "masks its frames"
  | "writes long lengths"
  | "reads lengths with a sign"
  | "keeps the first mask"
  | "waits for any length"
  | "wants a frame in one segment"
  | "loses what comes with the handshake"
  | "reads a body as frames"
  | "accepts with another key"
  | "takes a POST"
  | "takes HTTP/1.0"
  | "takes any key"
  | "takes any version"
  | "does not name its version"
  | "wants Upgrade in lower case"
  | "selects what was offered"
  | "takes any list of extensions"
  | "closes without saying so";

export interface FrameServer extends AsyncDisposable {
  readonly url: string;
}

/** A pure echo server of its own, right but for `fault`: what it proves is the suite. */
export async function startFrameServer(fault?: Fault): Promise<FrameServer> {
  const has = (name: Fault): boolean => name === fault;
  const http = createServer((_, response) => response.writeHead(426).end());
  const sockets = new Set<Duplex>();
  http.on("connection", (socket) => sockets.add(socket));
  http.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refusal = problemOf(request, has);
    if (refusal !== undefined) {
      const name = has("does not name its version") ? "" : "Sec-WebSocket-Version: 13\r\n";
      socket.end(`HTTP/1.1 ${refusal}\r\n${name}Connection: close\r\n\r\n`);
      return;
    }
    const key = request.headers["sec-websocket-key"] ?? "";
    const accept = createHash("sha1")
      .update(`${has("accepts with another key") ? "x" : key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    const offered = request.headers["sec-websocket-extensions"];
    const selected =
      has("selects what was offered") && offered !== undefined
        ? `Sec-WebSocket-Extensions: ${offered}\r\n`
        : "";
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Accept: ${accept}\r\n${selected}\r\n`,
    );
    serve(socket, has("loses what comes with the handshake") ? Buffer.alloc(0) : head, has);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/echo`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        http.close(() => resolve());
      }),
  };
}

type Has = (fault: Fault) => boolean;

/** As section 9.1 of RFC 6455 has it, but for escapes. */
const isList =
  /^[\w-]+(\s*;\s*[\w-]+(="?[\w-]+"?)?)*(\s*,\s*[\w-]+(\s*;\s*[\w-]+(="?[\w-]+"?)?)*)*$/;

function problemOf(request: IncomingMessage, has: Has): string | undefined {
  const { method, httpVersion, headers, rawHeaders } = request;
  const keys = rawHeaders.filter((name) => name.toLowerCase() === "sec-websocket-key");
  const upgrade = headers.upgrade ?? "";
  if (method !== "GET" && !has("takes a POST")) return "405 Method Not Allowed";
  if (httpVersion !== "1.1" && !has("takes HTTP/1.0")) return "505 HTTP Version Not Supported";
  if (headers.host === undefined) return "400 Bad Request";
  if ((has("wants Upgrade in lower case") ? upgrade : upgrade.toLowerCase()) !== "websocket")
    return "426 Upgrade Required";
  if (headers["sec-websocket-version"] !== "13" && !has("takes any version"))
    return "426 Upgrade Required";
  const isKey = /^[A-Za-z0-9+/]{22}==$/.test(headers["sec-websocket-key"] ?? "");
  if ((!isKey || keys.length !== 1) && !has("takes any key")) return "400 Bad Request";
  const extensions = headers["sec-websocket-extensions"] ?? "x";
  if (!isList.test(extensions) && !has("takes any list of extensions")) return "400 Bad Request";
  const hasBody = "content-length" in headers || "transfer-encoding" in headers;
  return hasBody && !has("reads a body as frames") ? "400 Bad Request" : undefined;
}

function serve(socket: Duplex, head: Buffer, has: Has): void {
  let pending: Buffer = Buffer.alloc(0);
  let message: { opcode: number; parts: Buffer[] } | null = null;
  let firstMask: Buffer | undefined;
  const latePings: Buffer[] = [];
  let pings = 0;
  let isClosing = false;

  const say = (opcode: number, payload: Buffer): void => {
    if (!isClosing || has("answers behind the close")) socket.write(encode(opcode, payload, has));
  };
  function end(payload: Buffer): void {
    if (isClosing) return;
    if (!has("never answers a close") && !has("closes without saying so")) say(8, payload);
    isClosing = true;
    if (has("never ends TCP")) return;
    // What came in the same segment is still looked at.
    if (has("answers behind the close")) setImmediate(() => socket.end());
    else socket.end();
  }
  const fail = (code: number): void => end(Buffer.of(code >> 8, code & 255));

  function take(chunk: Buffer): void {
    if (has("wants a frame in one segment")) pending = chunk;
    else pending = Buffer.concat([pending, chunk]);
    while (!isClosing || has("answers behind the close")) {
      const size = takeFrame();
      if (size === 0) return;
      pending = pending.subarray(size);
    }
  }

  /** The bytes of the first frame; 0 while it is not whole. */
  function takeFrame(): number {
    if (pending.length < 2) return 0;
    const [first = 0, second = 0] = pending;
    const fin = (first & 0x80) !== 0;
    const opcode = first & 15;
    const isControl = opcode > 7;
    const short = second & 127;
    const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
    if ((first & 0x70) !== 0 && !has("ignores reserved bits")) return broken(1002);
    if (![0, 1, 2, 8, 9, 10].includes(opcode) && !has("ignores reserved opcodes"))
      return broken(1002);
    if (isControl && !fin && !has("takes fragmented control frames")) return broken(1002);
    if (isControl && short > 125 && !has("takes long control frames")) return broken(1002);
    const isMasked = (second & 128) !== 0;
    if (!isMasked && !has("takes unmasked frames")) return broken(1002);
    if (pending.length < 2 + lengthBytes) return 0;
    const length =
      lengthBytes === 0
        ? short
        : lengthBytes === 8
          ? Number(pending.readBigUInt64BE(2))
          : has("reads lengths with a sign")
            ? Math.abs(pending.readInt16BE(2))
            : pending.readUInt16BE(2);
    if (length > 32 * 1024 * 1024 && !has("waits for any length")) return broken(1009);
    const from = 2 + lengthBytes + (isMasked ? 4 : 0);
    if (pending.length < from + length) return 0;
    const mask = pending.subarray(from - 4, from);
    firstMask ??= Buffer.from(mask);
    const key = has("keeps the first mask") ? firstMask : mask;
    const payload = Buffer.from(pending.subarray(from, from + length));
    if (isMasked)
      for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (key[i & 3] ?? 0);
    if (isControl) control(opcode, payload);
    else data(opcode, fin, payload);
    return from + length;
  }

  function broken(code: number): 0 {
    fail(code);
    return 0;
  }

  function control(opcode: number, payload: Buffer): void {
    if (opcode === 8) takeClose(payload);
    else if (opcode === 10 && has("answers pongs")) say(10, payload);
    else if (opcode === 9) takePing(payload);
  }

  function takePing(payload: Buffer): void {
    pings += 1;
    if (has("answers no ping")) return;
    if (has("answers the first of many pings only") && pings > 60) return;
    if (has("answers pings after the message") && message !== null) latePings.push(payload);
    else say(10, has("answers pings with nothing") ? Buffer.alloc(0) : payload);
  }

  function takeClose(payload: Buffer): void {
    if (payload.length === 0) {
      end(payload);
      return;
    }
    if (payload.length === 1) {
      if (has("takes a close of one byte")) end(Buffer.alloc(0));
      else fail(1002);
      return;
    }
    const code = payload.readUInt16BE(0);
    const isCode =
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
      (code >= 3000 && code <= 4999);
    if (!isCode && !has("takes any close code")) fail(1002);
    else if (!isUtf8(payload.subarray(2)) && !has("takes any close reason")) fail(1007);
    else fail(has("closes with 1000 whatever was said") ? 1000 : code);
  }

  function data(opcode: number, fin: boolean, payload: Buffer): void {
    const isNew = opcode !== 0;
    if (isNew && message !== null && !has("takes new data inside a message")) {
      fail(1002);
      return;
    }
    if (!isNew && message === null && !has("takes stray continuations")) {
      fail(1002);
      return;
    }
    const current = (message = isNew
      ? { opcode, parts: [] }
      : (message ?? { opcode: 1, parts: [] as Buffer[] }));
    current.parts.push(payload);
    const isText = current.opcode === 1;
    if (isText && has("checks UTF-8 of each fragment alone") && !isUtf8(payload)) {
      fail(1007);
      return;
    }
    if (!fin) return;
    message = null;
    const whole = Buffer.concat(current.parts);
    if (isText && !isText8(whole)) fail(1007);
    else say(isText && has("answers text as binary") ? 2 : current.opcode, whole);
    for (const ping of latePings.splice(0)) say(10, ping);
  }

  function isText8(bytes: Buffer): boolean {
    if (has("does not check UTF-8")) return true;
    if (has("refuses code points that are no characters") && /\p{Cn}/u.test(bytes.toString()))
      return false;
    return isUtf8(bytes);
  }

  socket.on("data", take);
  if (head.length > 0) take(head);
}

function encode(opcode: number, payload: Buffer, has: Has): Buffer {
  const long = has("writes long lengths");
  const lengthBytes = payload.length > 65_535 ? 8 : payload.length > 125 || long ? 2 : 0;
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = 0x80 | opcode;
  head[1] = lengthBytes === 0 ? payload.length : lengthBytes === 2 ? 126 : 127;
  if (lengthBytes === 2) head.writeUInt16BE(payload.length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
  if (!has("masks its frames")) return Buffer.concat([head, payload]);
  head[1] |= 0x80;
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
