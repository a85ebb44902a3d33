import type { TcpSegment } from "./network.ts";

/** What one direction of a TCP connection carries, in order. */
export interface TcpSink {
  data(bytes: Uint8Array): void;
  /** Bytes that were sent and not captured. */
  missing(count: number): void;
  end(): void;
}

/** Puts one direction in order (RFC 9293 section 3.4). */
export interface TcpStream {
  /** The first sequence number is known, from a SYN. */
  begin(seq: number): void;
  readonly begun: boolean;
  push(segment: TcpSegment): void;
  /** The other side has received everything before `ack`; `ack` is a sequence number of this side. */
  acked(ack: number): void;
  /** One more packet of the connection was seen. */
  tick(): void;
  /** Nothing more will come: what waits behind a gap is handed on. */
  flush(): void;
}

interface Waiting {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** A gap is taken for lost when so many bytes wait behind it, */
const maxWaiting = 1_048_576;
/** … or so many packets came since, */
const maxPackets = 1024;
/** … or so many, and the receiver has acknowledged what is missing here. */
const ackedPackets = 32;

/** `a` minus `b` in the arithmetic of sequence numbers, which wrap. */
const distance = (a: number, b: number): number => (a - b) | 0;
const advance = (seq: number, by: number): number => (seq + by) % 2 ** 32;

export function createTcpStream(sink: TcpSink): TcpStream {
  let next: number | undefined;
  let fin: number | undefined;
  let ended = false;
  const waiting: Waiting[] = [];
  let bytesWaiting = 0;
  let packets = 0;
  let isAcked = false;

  const deliver = ({ seq, bytes, length }: Waiting): void => {
    if (next === undefined) return;
    const known = -distance(seq, next);
    if (known >= length) return;
    const rest = bytes.subarray(Math.min(known, bytes.length));
    if (rest.length > 0) sink.data(rest);
    // Cut by the snap length: it was sent, and is not here.
    const lacking = length - known - rest.length;
    if (lacking > 0) sink.missing(lacking);
    next = advance(next, length - known);
  };

  const drain = (): void => {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || next === undefined || distance(first.seq, next) > 0) break;
      waiting.shift();
      bytesWaiting -= first.bytes.length;
      deliver(first);
      packets = 0;
      isAcked = false;
    }
    if (fin !== undefined && next !== undefined && distance(next, fin) >= 0 && !ended) {
      ended = true;
      sink.end();
    }
  };

  const giveUp = (): void => {
    const [first] = waiting;
    if (first === undefined || next === undefined) return;
    sink.missing(distance(first.seq, next));
    next = first.seq;
    drain();
  };

  const wait = (segment: Waiting): void => {
    // Mostly the latest: found from the end. A copy, because packets are valid for one call.
    const at = waiting.findLastIndex(({ seq }) => distance(seq, segment.seq) <= 0) + 1;
    const twin = waiting[at - 1];
    if (twin?.seq === segment.seq && twin.length >= segment.length) return;
    waiting.splice(at, 0, { ...segment, bytes: segment.bytes.slice() });
    bytesWaiting += segment.bytes.length;
    if (bytesWaiting > maxWaiting || waiting.length > maxPackets) giveUp();
  };

  return {
    get begun() {
      return next !== undefined;
    },
    begin(seq) {
      next = seq;
    },
    push({ seq, payload, length, flags }) {
      next ??= seq;
      if (ended) return;
      if ((flags & 1) !== 0) fin ??= advance(seq, length);
      if (length > 0) {
        const segment = { seq, bytes: payload, length };
        if (distance(seq, next) > 0) wait(segment);
        else deliver(segment);
      }
      drain();
    },
    acked(ack) {
      const [first] = waiting;
      if (first !== undefined && distance(ack, first.seq) >= 0) isAcked = true;
    },
    tick() {
      if (waiting.length === 0) return;
      packets += 1;
      if (packets >= (isAcked ? ackedPackets : maxPackets)) giveUp();
    },
    flush() {
      while (waiting.length > 0) giveUp();
      if (fin !== undefined && next !== undefined && distance(fin, next) > 0 && !ended)
        sink.missing(distance(fin, next));
    },
  };
}
