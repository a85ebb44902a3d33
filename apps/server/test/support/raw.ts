import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { createQueue } from "./queue.ts";

/** A frame as the server sent it. */
export interface RawFrame {
  readonly first: number;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A TCP connection that writes exactly what it is told. */
export interface RawPeer {
  readonly socket: Socket;
  /** What came so far, undecoded, up to the handshake's end. */
  readonly answer: () => Promise<string>;
  readonly frame: () => Promise<RawFrame>;
  /** Resolves when the server has closed the connection, with all it ever sent. */
  readonly ended: Promise<string>;
}

export async function connectRaw(port: number): Promise<RawPeer> {
  const socket = connectTcp({ port, host: "127.0.0.1", noDelay: true });
  onTestFinished(() => void socket.destroy());
  const frames = createQueue<RawFrame>();
  const answers = createQueue<string>();
  const all: Buffer[] = [];
  let pending = Buffer.alloc(0);
  let upgraded = false;
  socket.on("data", (chunk: Buffer) => {
    all.push(chunk);
    pending = Buffer.concat([pending, chunk]);
    if (!upgraded) {
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      upgraded = true;
      answers.push(pending.subarray(0, end).toString("latin1"));
      pending = pending.subarray(end + 4);
    }
    for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
      frames.push(frame.frame);
      pending = pending.subarray(frame.length);
    }
  });
  socket.on("error", () => undefined);
  const ended = new Promise<string>((resolve) => {
    socket.on("close", () => {
      const error = new Error("the server closed the connection");
      frames.end(error);
      answers.end(error);
      resolve(Buffer.concat(all).toString("latin1"));
    });
  });
  await once(socket, "connect");
  return { socket, answer: answers.next, frame: frames.next, ended };
}

/** Server frames: unmasked, so header and length are all there is to read. */
function readFrame(bytes: Buffer): { frame: RawFrame; length: number } | undefined {
  const first = bytes[0];
  const second = bytes[1];
  if (first === undefined || second === undefined) return undefined;
  const header = second < 126 ? 2 : second === 126 ? 4 : 10;
  if (bytes.length < header) return undefined;
  const size =
    second < 126
      ? second
      : second === 126
        ? bytes.readUInt16BE(2)
        : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < header + size) return undefined;
  const payload = Buffer.from(bytes.subarray(header, header + size));
  return { frame: { first, opcode: first & 15, payload }, length: header + size };
}

/** RFC 6455 section 1.3's own key. */
const key = "dGhlIHNhbXBsZSBub25jZQ==";

/** A handshake as text; `overrides` replace headers by name, `null` leaves one out. */
export function handshake(
  overrides: Readonly<Record<string, string | null>> = {},
  requestLine = "GET / HTTP/1.1",
): string {
  const headers: Record<string, string | null> = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
    ...overrides,
  };
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value ?? ""}\r\n`);
  return `${requestLine}\r\n${lines.join("")}\r\n`;
}

/** A masked client frame. `first` is the first byte: FIN, RSV and opcode. */
export function frame(first: number, payload: string | Buffer = ""): Buffer {
  const data = Buffer.from(payload);
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const masked = Buffer.from(data.map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
  return Buffer.concat([header(first, data.length), mask, masked]);
}

/** The header of a masked frame that claims `length` bytes, without its masking key. */
export function header(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  const bytes = Buffer.alloc(length < 65_536 ? 4 : 10);
  bytes[0] = first;
  if (length < 65_536) {
    bytes[1] = 0x80 | 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 0x80 | 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  return bytes;
}

export const text = (payload: string): Buffer => frame(0x81, payload);
export const binary = (payload: Buffer): Buffer => frame(0x82, payload);

/** An upgraded raw connection. */
export async function openRaw(
  port: number,
  overrides: Readonly<Record<string, string | null>> = {},
  requestLine?: string,
): Promise<RawPeer> {
  const peer = await connectRaw(port);
  peer.socket.write(handshake(overrides, requestLine));
  const answer = await peer.answer();
  if (!answer.startsWith("HTTP/1.1 101 ")) throw new Error(answer);
  return peer;
}
