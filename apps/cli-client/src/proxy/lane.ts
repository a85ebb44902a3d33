import type { CloseRecord, FrameRecord, MessageRecord } from "@wsecho/wire";
import type { Content } from "./content.ts";

/** A frame that has not been sent on yet, and its bytes. */
export interface Part {
  readonly frame: FrameRecord;
  readonly bytes: Uint8Array;
  /** When it came, in microseconds. */
  readonly since: number;
}

/** What leaves together, in its turn. */
export interface Item {
  /** Frames of one message, with the control frames among them; or one control frame. */
  parts: Part[];
  /** Bytes without a frame, as at the end of a connection. */
  readonly bytes?: Uint8Array;
  /** The message that its frames carry. */
  readonly message?: MessageRecord;
  readonly close?: CloseRecord;
  readonly injected?: Content;
  readonly since: number;
  /** Not before this time, in microseconds. */
  due: number;
  /** Waits for a person, who knows it by this number. */
  held?: number;
  drop: boolean;
  edit: Uint8Array | undefined;
  /** What decided, in words. */
  by: readonly string[];
}

/** One direction of a connection, on its way through. */
export interface Lane {
  /** What came and belongs to no item yet. */
  readonly bytes: Bytes;
  readonly items: Item[];
  /** Frames of a message whose end has not come, with the control frames among them. */
  tail: Part[];
  /** Added contents that wait for the end of a frame, or of a message, that is on its way. */
  readonly injections: { readonly content: Content; readonly by: string }[];
  /** The offset where frames begin. */
  frames: number;
  /** The offset behind the last frame. */
  lastEnd: number;
  /** The message that is on its way with its first frame, and without its last. */
  passing: number | undefined;
  /** The compressor's history behind the proxy is no longer the sender's. */
  contextLost: boolean;
  closed: boolean;
  ended: boolean;
}

export function createLane(): Lane {
  return {
    bytes: createBytes(),
    items: [],
    tail: [],
    injections: [],
    frames: Infinity,
    lastEnd: 0,
    passing: undefined,
    contextLost: false,
    closed: false,
    ended: false,
  };
}

/** Bytes that wait. */
export function sizeOf({ bytes, tail, items }: Lane): number {
  const ofParts = (parts: readonly Part[]): number =>
    parts.reduce((sum, part) => sum + part.bytes.length, 0);
  return (
    bytes.length +
    ofParts(tail) +
    items.reduce((sum, item) => sum + ofParts(item.parts) + (item.bytes?.length ?? 0), 0)
  );
}

/** Bytes in order, known by their offset in the direction. */
export interface Bytes {
  /** Offset of the first byte that is here. */
  readonly start: number;
  readonly length: number;
  push(bytes: Uint8Array): void;
  /** Takes what stands before `end`. */
  takeTo(end: number): Uint8Array;
  /** Says that bytes have gone by without being kept. */
  pass(count: number): void;
}

function createBytes(): Bytes {
  let chunks: Uint8Array[] = [];
  let start = 0;
  let length = 0;
  return {
    get start() {
      return start;
    },
    get length() {
      return length;
    },
    push(bytes) {
      if (bytes.length > 0) chunks.push(bytes);
      length += bytes.length;
    },
    takeTo(end) {
      const wanted = Math.min(Math.max(0, end - start), length);
      const taken: Uint8Array[] = [];
      let missing = wanted;
      let used = 0;
      for (const chunk of chunks) {
        if (missing === 0) break;
        const part = chunk.subarray(0, missing);
        taken.push(part);
        missing -= part.length;
        if (part.length < chunk.length) chunks[used] = chunk.subarray(part.length);
        else used += 1;
      }
      chunks = chunks.slice(used);
      start += wanted;
      length -= wanted;
      const [only] = taken;
      return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken);
    },
    pass(count) {
      start += count;
    },
  };
}
