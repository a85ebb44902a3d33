import type { Direction } from "../../src/records.ts";

/** A TCP segment to be wrapped; sequence numbers are relative to the first byte of data. */
export interface Sent {
  readonly dir: Direction;
  readonly seq: number;
  readonly data?: Uint8Array;
  readonly flags?: number;
  readonly ack?: number;
  /** Bytes of the packet that are captured. */
  readonly snap?: number;
}

export const isn = { c2s: 0xffff_ff00, s2c: 5000 } as const;
const ports = { c2s: 40_000, s2c: 9000 } as const;
const other = { c2s: "s2c", s2c: "c2s" } as const;

function tcp({ dir, seq, data = new Uint8Array(0), flags = 0x18, ack }: Sent): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt16BE(ports[dir], 0);
  head.writeUInt16BE(ports[other[dir]], 2);
  head.writeUInt32BE((isn[dir] + seq) >>> 0, 4);
  head.writeUInt32BE(ack === undefined ? 0 : (isn[other[dir]] + ack) >>> 0, 8);
  head[12] = 6 << 4; // with four bytes of options
  head[13] = flags;
  return Buffer.concat([head, data]);
}

export function ipv4(sent: Sent, fragment = 0): Buffer {
  const payload = tcp(sent);
  const head = Buffer.alloc(20);
  head[0] = 0x45;
  head.writeUInt16BE(20 + payload.length, 2);
  head.writeUInt16BE(fragment, 6);
  head[9] = 6;
  const [a, b] = sent.dir === "c2s" ? [1, 2] : [2, 1];
  head.set([10, 0, 0, a, 10, 0, 0, b], 12);
  return Buffer.concat([head, payload]);
}

/** With a hop-by-hop and a destination header before TCP where asked. */
export function ipv6(sent: Sent, extensions = false): Buffer {
  const payload = tcp(sent);
  const head = Buffer.alloc(40);
  head[0] = 0x60;
  const chain = extensions
    ? Buffer.from([60, 0, 1, 4, 0, 0, 0, 0, 6, 1, 1, 12, ...Array<number>(12).fill(0)])
    : Buffer.alloc(0);
  head.writeUInt16BE(payload.length + chain.length, 4);
  head[6] = extensions ? 0 : 6;
  head[23] = sent.dir === "c2s" ? 1 : 2;
  head[39] = sent.dir === "c2s" ? 2 : 1;
  return Buffer.concat([head, chain, payload]);
}

const mac = Buffer.from("020000000001020000000002", "hex");
const be = (...values: number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));

/** Every link type that is read, as `[number, wrap]`. */
export const links: Readonly<Record<string, readonly [number, (sent: Sent) => Buffer]>> = {
  Ethernet: [1, (sent) => Buffer.concat([mac, be(0x0800), ipv4(sent)])],
  "Ethernet with padding": [
    1,
    (sent) => Buffer.concat([mac, be(0x0800), ipv4(sent), Buffer.alloc(6, 0x55)]),
  ],
  VLAN: [1, (sent) => Buffer.concat([mac, be(0x8100, 5, 0x0800), ipv4(sent)])],
  "VLAN in VLAN, IPv6": [
    1,
    (sent) => Buffer.concat([mac, be(0x88a8, 5, 0x8100, 6, 0x86dd), ipv6(sent)]),
  ],
  "raw IP": [101, (sent) => ipv4(sent)],
  "raw IPv6 with extension headers": [101, (sent) => ipv6(sent, true)],
  "raw IPv4 (228)": [228, (sent) => ipv4(sent)],
  "raw IPv6 (229)": [229, (sent) => ipv6(sent)],
  "Linux cooked": [113, (sent) => Buffer.concat([be(0, 1, 6, 0, 0, 0, 0, 0x0800), ipv4(sent)])],
  "Linux cooked 2": [
    276,
    (sent) => Buffer.concat([be(0x0800, 0, 0, 1, 1, 6, 0, 0, 0, 0), ipv4(sent)]),
  ],
  "loopback, little": [0, (sent) => Buffer.concat([Buffer.from([2, 0, 0, 0]), ipv4(sent)])],
  "loopback, big": [0, (sent) => Buffer.concat([Buffer.from([0, 0, 0, 30]), ipv6(sent)])],
  "OpenBSD loopback": [108, (sent) => Buffer.concat([Buffer.from([0, 0, 0, 24]), ipv6(sent)])],
};

export interface PcapForm {
  readonly big?: boolean;
  readonly nano?: boolean;
  readonly link?: number;
}

export const start = 1_795_327_200;

/** A classic capture; packets are a millisecond apart. */
export function pcap(
  packets: readonly (readonly [bytes: Buffer, snap?: number | undefined])[],
  form: PcapForm = {},
): Buffer {
  const { big = false, nano = false, link = 101 } = form;
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, i) =>
      big ? bytes.writeUInt32BE(value, 4 * i) : bytes.writeUInt32LE(value, 4 * i),
    );
    return bytes;
  };
  const version = Buffer.from(big ? [0, 2, 0, 4] : [2, 0, 4, 0]);
  const head = Buffer.concat([
    words(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    version,
    words(0, 0, 262_144, link),
  ]);
  const records = packets.flatMap(([bytes, snap = bytes.length], i) => {
    const fraction = (i % 1000) * (nano ? 1_000_000 : 1000);
    const captured = bytes.subarray(0, snap);
    return [words(start + Math.floor(i / 1000), fraction, captured.length, bytes.length), captured];
  });
  return Buffer.concat([head, ...records]);
}

/** A small pcapng in either byte order; `resolution` is if_tsresol. */
export function pcapng(
  packets: readonly Buffer[],
  form: { readonly big?: boolean; readonly resolution?: number; readonly simple?: boolean } = {},
): Buffer {
  const { big = false, resolution = 9, simple = false } = form;
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, i) =>
      big ? bytes.writeUInt32BE(value, 4 * i) : bytes.writeUInt32LE(value, 4 * i),
    );
    return bytes;
  };
  const halves = (...values: number[]): Buffer =>
    Buffer.from(
      values.flatMap((value) => (big ? [value >> 8, value & 255] : [value & 255, value >> 8])),
    );
  const block = (type: number, body: Buffer): Buffer =>
    Buffer.concat([words(type, 12 + body.length), body, words(12 + body.length)]);
  const padded = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const options = Buffer.concat([halves(9, 1), Buffer.from([resolution, 0, 0, 0]), words(0)]);
  const unit = resolution > 127 ? 2 ** (resolution - 128) : 10 ** resolution;
  return Buffer.concat([
    block(
      0x0a0d0d0a,
      Buffer.concat([words(0x1a2b3c4d), halves(1, 0), words(0xffffffff, 0xffffffff)]),
    ),
    block(1, Buffer.concat([halves(101, 0), words(0), options])),
    block(5, words(0, 0, 0)), // statistics, which nobody reads here
    ...packets.map((bytes, i) => {
      if (simple) return block(3, Buffer.concat([words(bytes.length), padded(bytes)]));
      const ms = start * 1000 + i;
      const units =
        resolution > 127
          ? BigInt(Math.round((ms / 1000) * unit))
          : BigInt(ms) * BigInt(unit / 1000);
      const time = words(Number(units >> 32n), Number(units & 0xffffffffn));
      return block(
        6,
        Buffer.concat([words(0), time, words(bytes.length, bytes.length), padded(bytes)]),
      );
    }),
  ]);
}

/** Cuts both directions of pieces into segments of at most `size` bytes, with SYNs and FINs. */
export function segments(
  pieces: readonly (readonly [dir: Direction, bytes: Uint8Array | string | number])[],
  size = 1400,
): readonly Sent[] {
  const next = { c2s: 0, s2c: 0 };
  const out: Sent[] = [
    { dir: "c2s", seq: -1, flags: 2 },
    { dir: "s2c", seq: -1, flags: 0x12, ack: 0 },
    { dir: "c2s", seq: 0, flags: 0x10, ack: 0 },
  ];
  for (const [dir, bytes] of pieces) {
    const data = Buffer.from(bytes as Uint8Array);
    for (let at = 0; at < data.length; at += size) {
      const part = data.subarray(at, at + size);
      out.push({ dir, seq: next[dir], data: part, ack: next[other[dir]] });
      next[dir] += part.length;
    }
  }
  out.push(
    { dir: "c2s", seq: next.c2s, flags: 0x11, ack: next.s2c },
    { dir: "s2c", seq: next.s2c, flags: 0x11, ack: next.c2s + 1 },
    { dir: "c2s", seq: next.c2s + 1, flags: 0x10, ack: next.s2c + 1 },
  );
  return out;
}
