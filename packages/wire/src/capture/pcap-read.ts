import { createQueue, type Queue } from "../bytes.ts";
import type { PieceReader, Problem } from "../jsonl.ts";

/** One captured packet. */
export interface Packet {
  /** Microseconds since 1970. */
  readonly time: number;
  /** A LINKTYPE number of tcpdump.org. */
  readonly link: number;
  /** As far as it was captured; valid during the call only. */
  readonly bytes: Uint8Array;
}

/** What a packet reader reports. */
export interface PacketSink {
  packet(packet: Packet): void;
  problem(problem: Problem): void;
}

/** Larger blocks and packets are taken for a broken file. */
const maxBlock = 67_108_864;

interface Interface {
  readonly link: number;
  /** Microseconds per unit of time. */
  readonly unit: number;
  /** Microseconds to add. */
  readonly offset: number;
}

/** Takes one piece of the file off the queue; `false` where more bytes are needed. */
type Step = (queue: Queue) => boolean;

/** Reads pcapng, and pcap in both byte orders with micro- or nanoseconds. */
export function createPacketReader(sink: PacketSink): PieceReader<Uint8Array> {
  const queue = createQueue();
  let step: Step | undefined = begin;
  let offset = 0;

  const stop = (says: string): false => {
    sink.problem({ at: offset, says });
    step = undefined;
    return false;
  };

  function begin(waiting: Queue): boolean {
    const bytes = waiting.view();
    if (bytes.length < 4) return false;
    const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    if (magic === 0x0a0d0d0a) {
      step = pcapng(sink, stop);
      return true;
    }
    const forms: Readonly<Record<number, readonly [little: boolean, unit: number]>> = {
      0xa1b2c3d4: [false, 1],
      0xd4c3b2a1: [true, 1],
      0xa1b23c4d: [false, 1e-3],
      0x4d3cb2a1: [true, 1e-3],
    };
    const form = forms[magic];
    if (form === undefined) return stop("neither pcapng nor pcap");
    if (bytes.length < 24) return false;
    const link = new DataView(bytes.buffer, bytes.byteOffset).getUint32(20, form[0]) & 0xffff;
    waiting.drop(24);
    step = pcap(sink, { little: form[0], unit: form[1], link, stop });
    return true;
  }

  return {
    push(piece) {
      queue.push(piece);
      for (;;) {
        const before = queue.length;
        if (step?.(queue) !== true) break;
        offset += before - queue.length;
      }
      if (step === undefined) queue.drop(queue.length);
    },
    end() {
      if (step === undefined) return;
      if (step === begin && queue.length === 0) stop("the file is empty");
      else if (queue.length > 0) stop("the file ends inside a packet");
    },
  };
}

function pcap(
  sink: PacketSink,
  file: {
    readonly little: boolean;
    readonly unit: number;
    readonly link: number;
    readonly stop: (says: string) => false;
  },
): Step {
  const { little, unit, link, stop } = file;
  return (queue) => {
    const bytes = queue.view();
    if (bytes.length < 16) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const captured = view.getUint32(8, little);
    if (captured > maxBlock) return stop("a packet is impossibly long: the file is broken here");
    if (bytes.length < 16 + captured) return false;
    const time = view.getUint32(0, little) * 1e6 + Math.floor(view.getUint32(4, little) * unit);
    sink.packet({ time, link, bytes: bytes.subarray(16, 16 + captured) });
    queue.drop(16 + captured);
    return true;
  };
}

function pcapng(sink: PacketSink, stop: (says: string) => false): Step {
  let little = true;
  let interfaces: Interface[] = [];
  let saidKeys = false;
  let last = 0;

  const emit = (
    view: DataView,
    at: number,
    from: Interface | undefined,
    parts: {
      readonly time: number;
      readonly captured: number;
    },
  ): boolean => {
    if (from === undefined || at + parts.captured > view.byteLength - 4) return false;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, parts.captured);
    last = parts.time;
    sink.packet({ time: parts.time, link: from.link, bytes });
    return true;
  };

  const time = (view: DataView, at: number, from: Interface | undefined): number => {
    const units = view.getUint32(at, little) * 2 ** 32 + view.getUint32(at + 4, little);
    return Math.floor(units * (from?.unit ?? 1)) + (from?.offset ?? 0);
  };

  /** @returns `false` where the block is not as its type says */
  const read = (type: number, view: DataView): boolean => {
    const size = view.byteLength;
    switch (type) {
      case 0x0a0d0d0a:
        interfaces = [];
        return size >= 28;
      case 1:
        if (size < 20) return false;
        interfaces.push(readInterface(view, little));
        return true;
      case 6: {
        if (size < 32) return false;
        const from = interfaces[view.getUint32(8, little)];
        const captured = view.getUint32(20, little);
        return emit(view, 28, from, { time: time(view, 12, from), captured });
      }
      case 2: {
        if (size < 32) return false;
        const from = interfaces[view.getUint16(8, little)];
        const captured = view.getUint32(20, little);
        return emit(view, 28, from, { time: time(view, 12, from), captured });
      }
      case 3: {
        if (size < 16) return false;
        const captured = Math.min(view.getUint32(8, little), size - 16);
        // It has no time: the one before will do.
        return emit(view, 12, interfaces[0], { time: last, captured });
      }
      case 0x0a:
        if (!saidKeys)
          sink.problem({
            at: 0,
            says: "the file has TLS keys, which are not used here: decrypt it first, as with editcap or Wireshark's export",
          });
        saidKeys = true;
        return true;
      default:
        return true;
    }
  };

  return (queue) => {
    const bytes = queue.view();
    if (bytes.length < 12) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (view.getUint32(0) === 0x0a0d0d0a) {
      const order = view.getUint32(8);
      if (order !== 0x1a2b3c4d && order !== 0x4d3c2b1a) return stop("a section without byte order");
      little = order === 0x4d3c2b1a;
    }
    const type = view.getUint32(0, little);
    const length = view.getUint32(4, little);
    if (length < 12 || length % 4 !== 0 || length > maxBlock)
      return stop("a block is impossibly long or short: the file is broken here");
    if (bytes.length < length) return false;
    const block = new DataView(bytes.buffer, bytes.byteOffset, length);
    if (!read(type, block)) return stop("a block is not as its type says: the file is broken here");
    queue.drop(length);
    return true;
  };
}

function readInterface(view: DataView, little: boolean): Interface {
  let unit = 1;
  let offset = 0;
  for (let at = 16; at + 4 <= view.byteLength - 4;) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === 0 || at + 4 + length > view.byteLength - 4) break;
    if (code === 9 && length === 1) {
      const value = view.getUint8(at + 4);
      unit = 1e6 / (value > 127 ? 2 ** (value - 128) : 10 ** value);
    }
    if (code === 14 && length === 8)
      offset =
        1e6 *
        (view.getInt32(at + (little ? 8 : 4), little) * 2 ** 32 +
          view.getUint32(at + (little ? 4 : 8), little));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return { link: view.getUint16(8, little), unit, offset };
}
