import { encodeHeader, mask, type EditedFrame } from "@wsecho/wire";

/** What a person or a rule puts on the wire. */
export interface Content {
  /** 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly op: 1 | 2 | 8 | 9 | 10;
  readonly payload: Uint8Array;
}

/** Longest payload of a control frame, in bytes (RFC 6455 section 5.5). */
export const maxControl = 125;

export const textContent = (text: string): Content => ({ op: 1, payload: Buffer.from(text) });

/** The payload of a close frame (RFC 6455 section 5.5.1). */
export function closePayload(code: number, reason: string): Uint8Array {
  return Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]);
}

/** A whole message or control frame in one frame, uncompressed; masked where there is a key. */
export function toFrame({ op, payload }: Content, key: Uint8Array | null): EditedFrame {
  const hdr = encodeHeader({ fin: 1, rsv: 0, op, masked: key !== null, len: payload.length });
  return { hdr, key, raw: mask(payload, key) };
}

export function bytesOf({ hdr, key, raw }: EditedFrame): Uint8Array {
  return Buffer.concat([hdr, key ?? new Uint8Array(), raw]);
}

/** Nothing was sent on. */
export const nothing: EditedFrame = { hdr: new Uint8Array(), key: null, raw: new Uint8Array() };
