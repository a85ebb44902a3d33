import { encodeHeader, mask } from "../../src/frame.ts";
import { concat } from "../../src/bytes.ts";
import { latin } from "./decode.ts";

/** The request of RFC 6455 section 1.3, with more headers where asked. */
export const request = (extra = "", target = "/chat"): string =>
  `GET ${target} HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}Sec-WebSocket-Version: 13\r\n\r\n`;

/** The answer of RFC 6455 section 1.3. */
export const answer = (extra = ""): string =>
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  `Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n${extra}\r\n`;

export const deflateHeader = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

export interface FrameParts {
  readonly op?: number;
  readonly fin?: 0 | 1;
  readonly rsv?: number;
  readonly key?: Uint8Array | null;
}

/** A server's frame; a client's with a key. */
export function frame(payload: string | Uint8Array, parts: FrameParts = {}): Uint8Array {
  const { op = 1, fin = 1, rsv = 0, key = null } = parts;
  const plain = typeof payload === "string" ? Uint8Array.from(Buffer.from(payload)) : payload;
  const header = encodeHeader({ op, fin, rsv, masked: key !== null, len: plain.length });
  return concat([header, key ?? new Uint8Array(0), mask(plain, key)]);
}

let drawn = 0;
/** A key that no rule minds. */
export const freshKey = (): Uint8Array => {
  drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0;
  return Uint8Array.of(drawn >>> 24, (drawn >>> 16) & 255, (drawn >>> 8) & 255, drawn & 255);
};

export const clientFrame = (payload: string | Uint8Array, parts: FrameParts = {}): Uint8Array =>
  frame(payload, { key: freshKey(), ...parts });

export const bytesOf = (text: string): Uint8Array => latin(text);
