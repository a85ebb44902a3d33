import type { Faults } from "@wsecho/protocol/faults";
import { createFifo } from "../fifo.ts";

/** What is to leave next. */
export type Outgoing =
  | {
      readonly kind: "frame";
      /** Of the message; a continuation is known by `first`. */
      readonly binary: boolean;
      readonly first: boolean;
      readonly fin: boolean;
      readonly data: Buffer;
    }
  | { readonly kind: "pong"; readonly data: Buffer }
  /** The session's end, as it was asked for. */
  | { readonly kind: "end" };

interface Message {
  /** `null`: the end. */
  readonly data: Buffer | null;
  readonly binary: boolean;
  readonly dueMs: number;
}

/** What each of them costs beside its bytes, about. */
const overheadBytes = 128;

/**
 * What a session with faults has yet to send, and when: messages in their order, pongs in theirs, so
 * that a pong may stand between two frames of a message. Messages are cut as they leave, for a hundred
 * frames are larger than the message that they carry. It has no clock: times are the caller's, in ms.
 */
export class OutgoingQueue {
  readonly #delayMs: number;
  readonly #fragments: number;
  readonly #gapMs: number;
  readonly #messages = createFifo<Message>();
  readonly #pongs = createFifo<{ readonly data: Buffer; readonly dueMs: number }>();
  /** How many frames of the first message have left, and when the next may. */
  #frame = 0;
  #frameDueMs = 0;
  #bytes = 0;

  constructor({ delayMs = 0, fragments = 1, gapMs = 0 }: Faults) {
    this.#delayMs = delayMs;
    this.#fragments = fragments;
    this.#gapMs = gapMs;
  }

  /** What it holds, with what holding it costs. */
  get bytes(): number {
    return this.#bytes;
  }

  addMessage(data: Buffer, binary: boolean, nowMs: number): void {
    this.#messages.push({ data, binary, dueMs: nowMs + this.#delayMs });
    this.#bytes += data.length + overheadBytes;
  }

  addPong(data: Buffer, nowMs: number): void {
    this.#pongs.push({ data, dueMs: nowMs + this.#delayMs });
    this.#bytes += data.length + overheadBytes;
  }

  /** The end comes right behind the messages that are there. */
  addEnd(): void {
    this.#messages.push({ data: null, binary: false, dueMs: 0 });
    this.#bytes += overheadBytes;
  }

  /** When something is to leave; Infinity where nothing waits. */
  get dueMs(): number {
    return Math.min(this.#messageDueMs, this.#pongDueMs);
  }

  /** Takes what is to leave by `nowMs`; `null` where nothing is. */
  take(nowMs: number): Outgoing | null {
    if (this.dueMs > nowMs) return null;
    return this.#pongDueMs < this.#messageDueMs ? this.#takePong() : this.#takeFrame(nowMs);
  }

  /** Takes what is left, at once: a message that has not begun in one frame, of another the rest. */
  takeAtOnce(): Outgoing | null {
    return this.#pongDueMs < this.#messageDueMs
      ? this.#takePong()
      : this.#takeRest(this.#fragments);
  }

  /** Forgets all of it. */
  clear(): void {
    while (this.#messages.length() > 0) this.#messages.shift();
    while (this.#pongs.length() > 0) this.#pongs.shift();
    this.#bytes = 0;
  }

  get #messageDueMs(): number {
    const first = this.#messages.first();
    if (first === undefined) return Infinity;
    return this.#frame === 0 ? first.dueMs : this.#frameDueMs;
  }

  get #pongDueMs(): number {
    return this.#pongs.first()?.dueMs ?? Infinity;
  }

  #takePong(): Outgoing | null {
    const pong = this.#pongs.first();
    if (pong === undefined) return null;
    this.#pongs.shift();
    this.#bytes -= pong.data.length + overheadBytes;
    return { kind: "pong", data: pong.data };
  }

  #takeFrame(nowMs: number): Outgoing | null {
    this.#frameDueMs = nowMs + this.#gapMs;
    return this.#takeRest(this.#frame + 1);
  }

  /** From the first frame that has not left up to `end`, all as one. */
  #takeRest(end: number): Outgoing | null {
    const message = this.#messages.first();
    if (message === undefined) return null;
    const { data, binary } = message;
    const from = this.#frame;
    const fin = data === null || end >= this.#fragments;
    this.#frame = fin ? 0 : end;
    if (fin) {
      this.#messages.shift();
      this.#bytes -= (data?.length ?? 0) + overheadBytes;
    }
    if (data === null) return { kind: "end" };
    const piece = data.subarray(this.#cut(data, from), this.#cut(data, end));
    return { kind: "frame", binary, first: from === 0, fin, data: piece };
  }

  /** Anywhere: a frame may end inside a character (RFC 6455 section 5.6). */
  #cut(data: Buffer, frame: number): number {
    return Math.floor((data.length * frame) / this.#fragments);
  }
}
