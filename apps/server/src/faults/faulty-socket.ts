import type { Faults } from "@wsecho/protocol/faults";
import { freeInput, holdInput, releaseInput } from "../input.ts";
import { opcodes, ReplySocket } from "../reply-socket.ts";
import { OutgoingQueue, type Outgoing } from "./outgoing.ts";

export interface FaultyParts {
  readonly faults: Faults;
  /** How much may be held back before reading pauses. */
  readonly highWaterBytes: number;
  /** How long a peer may take to go that gets no close of ours; ms. */
  readonly closeTimeoutMs: number;
}

/** Frames that leave in one turn: a peer that asks for many must not keep others waiting. */
const framesATurn = 256;

/**
 * A WebSocket that does badly what its peer asked for (PROTOCOL.md section 13). It stands where the
 * plain one does, so that no other session pays for it. What it sends goes through the library, one
 * frame at a time.
 */
export class FaultySocket extends ReplySocket {
  #parts: FaultyParts | null = null;
  #queue = new OutgoingQueue({});
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #leaving: NodeJS.Timeout | null = null;
  /** Frames that have left in this turn. */
  #sent = 0;
  #told = false;
  /** It waits for the peer to read. */
  #full = false;
  #held = false;
  /** Answers until the end that was asked for. */
  #left = Infinity;
  /** The end has come, or stands in the queue: no message comes behind it. */
  #ended = false;
  #silent = false;
  #aborting = false;

  /** To be called before anything is sent. */
  arm(parts: FaultyParts): void {
    this.#parts = parts;
    this.#queue = new OutgoingQueue(parts.faults);
    this.on("close", () => this.#stop());
  }

  get faults(): Faults {
    return this.#parts?.faults ?? {};
  }

  /** The login holds, and has been answered. */
  loggedIn(): void {
    this.#left = this.faults.ending?.after ?? Infinity;
    this.#count();
  }

  /** A message that came after the login has been answered. */
  answered(): void {
    this.#left -= 1;
    this.#count();
  }

  override reply(opcode: number, prefix: Uint8Array, payload: Uint8Array, offset = 0): void {
    if (this.#silent || this.#aborting || this.readyState !== this.OPEN) return;
    // A copy, for the payload may stand in what was read with it, and wait for long.
    const data = Buffer.concat([prefix, payload.subarray(offset)]);
    const now = performance.now();
    if (opcode === opcodes.pong) {
      if (this.faults.noPong !== true) this.#queue.addPong(data, now);
    } else if (!this.#ended) this.#queue.addMessage(data, opcode === opcodes.binary, now);
    this.#pump();
  }

  override ping(): void {
    if (!this.#silent && !this.#aborting) super.ping();
  }

  /** What is held back leaves before. */
  override close(code?: number, reason?: string | Buffer): void {
    while (!this.#silent && !this.#aborting) {
      const next = this.#queue.takeAtOnce();
      if (next === null) break;
      this.#send(next);
    }
    if (this.#aborting) super.terminate();
    else if (!this.#silent) super.close(code, reason);
    else this.#leaveLater();
  }

  #count(): void {
    if (this.#left > 0 || this.#ended) return;
    this.#ended = true;
    this.#queue.addEnd();
    this.#pump();
  }

  /** Sends what is due, and comes back for the rest. */
  #pump(): void {
    if (this.readyState !== this.OPEN) return;
    const now = performance.now();
    while (this.#sent < framesATurn && !(this.#full = this.#isFull)) {
      const next = this.#queue.take(now);
      if (next === null) break;
      this.#sent += 1;
      this.#send(next);
    }
    this.#bound();
    this.#wait(now);
    if (this.#told) return;
    this.#told = true;
    process.nextTick(() => {
      this.#told = false;
      this.events?.onFlushed();
    });
  }

  #wait(now: number): void {
    if (this.#sent > 0)
      this.#immediate ??= setImmediate(() => {
        this.#immediate = null;
        this.#sent = 0;
        this.#pump();
      });
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { dueMs } = this.#queue;
    // What is due already waits for the next turn, or for the peer to read.
    if (dueMs === Infinity || dueMs <= now) return;
    this.#timer = setTimeout(() => this.#pump(), Math.ceil(dueMs - now));
  }

  /** The peer does not read: it waits here, where it is smaller than in frames. */
  get #isFull(): boolean {
    return this.bufferedAmount > (this.#parts?.highWaterBytes ?? 0);
  }

  /** Reads no more while too much waits; a hold of its own, for the peer is not to blame. */
  #bound(): void {
    const high = this.#parts?.highWaterBytes ?? 0;
    const { bytes } = this.#queue;
    if (!this.#held && bytes > high) {
      this.#held = true;
      holdInput(this, "fault");
    } else if (this.#held && bytes <= high / 2) {
      this.#held = false;
      releaseInput(this, "fault");
    }
  }

  #send(next: Outgoing): void {
    switch (next.kind) {
      case "frame":
        this.send(next.data, { binary: next.binary, fin: next.fin }, () => this.#onSent());
        return;
      case "pong":
        this.pong(next.data);
        return;
      case "end":
        this.#end();
    }
  }

  #end(): void {
    const { ending } = this.faults;
    this.#queue.clear();
    if (ending?.kind === "close") super.close(ending.code, ending.reason);
    else if (ending?.kind === "silence") this.#silent = true;
    else {
      this.#aborting = true;
      this.#onSent();
    }
  }

  #onSent(): void {
    if (this.#aborting) this.#abort();
    else if (this.#full && !this.#isFull) this.#pump();
    else this.events?.onFlushed();
  }

  /**
   * Ends the connection behind what was answered before. Cutting it with bytes of the peer unread would
   * reset it, and those answers would be lost.
   */
  #abort(): void {
    if (this.bufferedAmount > 0) return;
    this.tcp?.end();
    freeInput(this);
    this.#leaveLater();
  }

  /** Cuts a peer that does not go by itself. */
  #leaveLater(): void {
    this.#leaving ??= setTimeout(() => super.terminate(), this.#parts?.closeTimeoutMs ?? 0);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    if (this.#leaving !== null) clearTimeout(this.#leaving);
    this.#queue.clear();
  }
}
