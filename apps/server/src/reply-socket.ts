import type { Socket } from "node:net";
import { quicken } from "./quick-receiver.ts";
import { release } from "./release.ts";
import { EventfulSocket, type Owner } from "./socket-events.ts";

/** Larger payloads are written as they are; smaller ones are cheaper copied than written apart. */
const copiedBytes = 16 * 1024;

/** The longest header of a server's frame: two bytes and a length of eight (RFC 6455 section 5.2). */
const maxHeader = 10;

/**
 * Where the replies of one read gather. Only one socket uses it at a time, and only until they are
 * written, so that a connection that says nothing holds no memory for it.
 */
let gathered = Buffer.allocUnsafeSlow(64 * 1024);
let gatheredBytes = 0;
let owner: ReplySocket | null = null;

/** The socket whose bytes are being decoded, and what they stand in. */
let reading: ReplySocket | null = null;
let readBuffer: ArrayBufferLike | null = null;
/** Payloads in there that were answered, by copies. */
let answered = 0;

export const opcodes = { text: 1, binary: 2, pong: 10 } as const;

/**
 * A server's WebSocket whose messages leave together: all that one read of the peer's bytes brought
 * about is one write. The library writes each message at once, header and payload apart, which is
 * nine tenths of the cost of a small one. So this one frames messages itself; everything else, and
 * everything that comes in, stays the library's, and so do messages that it is to compress.
 *
 * The library writes by itself in two places: the close frame, which goes through `close`, and the
 * automatic pong, which the server has to switch off (`autoPong: false`; use `reply` instead).
 */
export class ReplySocket extends EventfulSocket {
  #tcp: Socket | null = null;
  /** A flush is to come at the end of this read, or of this turn. */
  #scheduled = false;
  #corked = false;
  /** What was written last did not leave at once. */
  #waits = false;
  /** An extension is to see each message first. */
  #extended = false;

  /**
   * To be called first: where the library writes to. What is read from there belongs to this socket
   * from then on: whoever listens for it, too, has to copy it at once.
   */
  attach(tcp: Socket, owner: Owner | null = null): void {
    this.#tcp = tcp;
    this.owner = owner;
    this.#extended = this.extensions !== "";
    quicken(this, this);
  }

  /** `null` before {@link attach}. */
  get tcp(): Socket | null {
    return this.#tcp;
  }

  /**
   * Sends `prefix` and the end of `payload`, from `offset` on, as one message, at the end of this
   * read or turn. `payload` belongs to the socket from then on, which empties it when it has left.
   * After the close frame nothing is sent.
   */
  reply(opcode: number, prefix: Uint8Array, payload: Uint8Array, offset = 0): void {
    const tcp = this.#tcp;
    if (tcp === null || this.readyState !== this.OPEN) return;
    if (this.#extended || prefix.length > copiedBytes) this.#send(opcode, prefix, payload, offset);
    else {
      if (owner !== this) beginGathering(this);
      const payloadBytes = payload.length - offset;
      const copies = payloadBytes <= copiedBytes;
      const needed = maxHeader + prefix.length + (copies ? payloadBytes : 0);
      if (gatheredBytes + needed > gathered.length) this.#write(tcp, true);
      writeHeader(opcode, prefix.length + payloadBytes);
      append(prefix, 0);
      if (copies) {
        append(payload, offset);
        if (payload.buffer === readBuffer) answered += 1;
      } else {
        this.#write(tcp, true);
        const rest = offset === 0 ? payload : payload.subarray(offset);
        tcp.write(rest, (error) => {
          if (!error) release(payload);
        });
      }
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (reading !== this) process.nextTick(flushAtEndOfTurn, this);
  }

  /** Whether there were replies in this turn. */
  get isGathering(): boolean {
    return this.#scheduled;
  }

  /** The replies of a read wait for its end, and not for that of the turn. */
  beginRead({ buffer }: Buffer): void {
    beginReading(this, buffer);
  }

  /** @returns how many payloads inside the chunk have been answered, by copies */
  endRead(): number {
    reading = null;
    readBuffer = null;
    if (this.#scheduled) ReplySocket.endTurn(this);
    return answered;
  }

  /** Writes what has gathered, now. */
  flush(): void {
    const tcp = this.#tcp;
    if (tcp === null) return;
    if (owner === this) {
      this.#write(tcp, false);
      owner = null;
    }
    if (this.#corked) {
      this.#corked = false;
      tcp.uncork();
    }
  }

  /** What was accepted is answered before. The library also closes through here. */
  override close(code?: number, reason?: string | Buffer): void {
    this.flush();
    super.close(code, reason);
  }

  override terminate(): void {
    this.flush();
    super.terminate();
  }

  /** The library's way, behind what has gathered. */
  #send(opcode: number, prefix: Uint8Array, payload: Uint8Array, offset: number): void {
    this.flush();
    const rest = offset === 0 ? payload : payload.subarray(offset);
    if (opcode === opcodes.pong) this.pong(rest);
    else {
      const data = prefix.length === 0 ? rest : Buffer.concat([prefix, rest]);
      this.send(data, { binary: opcode === opcodes.binary }, () => this.events?.onFlushed());
    }
  }

  #write(tcp: Socket, more: boolean): void {
    if (more && !this.#corked) {
      this.#corked = true;
      tcp.cork();
    }
    if (gatheredBytes === 0) return;
    const bytes = gathered.subarray(0, gatheredBytes);
    gatheredBytes = 0;
    if (this.#corked || this.#waits || tcp.writableLength > 0) {
      // The system takes it later, when others gather here. Not from a pool: it might stay long, and
      // all that was cut from the same piece with it.
      const copy = Buffer.allocUnsafeSlow(bytes.length);
      copy.set(bytes);
      tcp.write(copy);
      this.#waits = tcp.writableLength > 0;
      return;
    }
    tcp.write(bytes);
    // Nearly always the system has taken it by now.
    if (tcp.writableLength === 0) return;
    this.#waits = true;
    gathered = Buffer.allocUnsafeSlow(gathered.length);
  }

  static endTurn(socket: ReplySocket): void {
    socket.#scheduled = false;
    socket.flush();
    socket.events?.onFlushed();
  }
}

const flushAtEndOfTurn = (socket: ReplySocket): void => ReplySocket.endTurn(socket);

function beginReading(socket: ReplySocket, buffer: ArrayBufferLike): void {
  reading = socket;
  readBuffer = buffer;
  answered = 0;
}

function beginGathering(socket: ReplySocket): void {
  owner?.flush();
  owner = socket;
}

function writeHeader(opcode: number, length: number): void {
  const at = gatheredBytes;
  gathered[at] = 0x80 | opcode;
  if (length < 126) {
    gathered[at + 1] = length;
    gatheredBytes = at + 2;
  } else if (length < 65536) {
    gathered[at + 1] = 126;
    gathered[at + 2] = length >>> 8;
    gathered[at + 3] = length & 0xff;
    gatheredBytes = at + 4;
  } else {
    gathered[at + 1] = 127;
    gathered.writeUIntBE(0, at + 2, 2);
    gathered.writeUIntBE(length, at + 4, 6);
    gatheredBytes = at + 10;
  }
}

function append(bytes: Uint8Array, offset: number): void {
  const { length } = bytes;
  const to = gathered;
  let at = gatheredBytes;
  // A call into the engine costs more than a few bytes.
  if (length - offset <= 48) for (let i = offset; i < length; i++) to[at++] = bytes[i] ?? 0;
  else {
    to.set(offset === 0 ? bytes : bytes.subarray(offset), at);
    at += length - offset;
  }
  gatheredBytes = at;
}
