import { toHex } from "../bytes.ts";

/** A TCP segment out of a packet. */
export interface TcpSegment {
  /** Addresses and ports of both ends. */
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  /** As far as it was captured. */
  readonly payload: Uint8Array;
  /** Length of the payload on the wire. */
  readonly length: number;
}

/** Why a packet has no segment for us. `other`: it is not TCP, and nobody misses it. */
export type NoSegment = "unknown link" | "fragment" | "cut" | "other";

const u16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2);

/** Finds the TCP segment in a packet of this link type (numbers of tcpdump.org). */
export function readPacket(link: number, bytes: Uint8Array): TcpSegment | NoSegment {
  const start = readLink(link, bytes);
  if (typeof start !== "number") return start;
  const version = (bytes[start] ?? 0) >> 4;
  if (version === 4) return readIpv4(bytes, start);
  if (version === 6) return readIpv6(bytes, start);
  return bytes.length <= start ? "cut" : "other";
}

/** Where the IP packet begins. */
function readLink(link: number, bytes: Uint8Array): number | NoSegment {
  switch (link) {
    case 1: // Ethernet
      return readEtherType(bytes, 12);
    case 113: // Linux cooked
      return readEtherType(bytes, 14);
    case 276: // Linux cooked, version 2
      return isIp(u16(bytes, 0)) ? 20 : "other";
    case 12: // raw IP, by the names of several systems
    case 14:
    case 101:
    case 228:
    case 229:
      return 0;
    case 0: // BSD loopback in the order of the host that wrote it, or of the network
    case 108: {
      const family = Math.max(bytes[0] ?? 0, bytes[3] ?? 0);
      return [2, 10, 23, 24, 28, 30].includes(family) ? 4 : "other";
    }
    default:
      return "unknown link";
  }
}

const isIp = (type: number): boolean => type === 0x0800 || type === 0x86dd;

/** Passes over VLAN tags, also stacked. */
function readEtherType(bytes: Uint8Array, at: number): number | NoSegment {
  let type = at;
  while ([0x8100, 0x88a8, 0x9100].includes(u16(bytes, type))) type += 4;
  return isIp(u16(bytes, type)) ? type + 2 : "other";
}

function readIpv4(bytes: Uint8Array, at: number): TcpSegment | NoSegment {
  const header = ((bytes[at] ?? 0) & 15) * 4;
  if (bytes.length < at + 20 || header < 20) return "cut";
  if (bytes[at + 9] !== 6) return "other";
  if ((u16(bytes, at + 6) & 0x3fff) !== 0) return "fragment";
  // 0: the network card was to cut it, and the capture came before.
  const total = u16(bytes, at + 2);
  const end = total === 0 ? bytes.length : at + total;
  const source = toHex(bytes.subarray(at + 12, at + 16));
  const target = toHex(bytes.subarray(at + 16, at + 20));
  return readTcp(bytes, { at: at + header, end, source, target });
}

function readIpv6(bytes: Uint8Array, at: number): TcpSegment | NoSegment {
  if (bytes.length < at + 40) return "cut";
  const length = u16(bytes, at + 4);
  const end = length === 0 ? bytes.length : at + 40 + length;
  let next = bytes[at + 6] ?? 0;
  let to = at + 40;
  // Hop by hop, routing, destination; fragment; authentication.
  while (next === 0 || next === 43 || next === 60 || next === 44 || next === 51) {
    if (bytes.length < to + 8) return "cut";
    // A fragment that is all there is counts as whole.
    if (next === 44 && (u16(bytes, to + 2) & 0xfff9) !== 0) return "fragment";
    const size = bytes[to + 1] ?? 0;
    const step = next === 44 ? 8 : next === 51 ? (size + 2) * 4 : (size + 1) * 8;
    next = bytes[to] ?? 0;
    to += step;
  }
  if (next !== 6) return "other";
  const source = toHex(bytes.subarray(at + 8, at + 24));
  const target = toHex(bytes.subarray(at + 24, at + 40));
  return readTcp(bytes, { at: to, end, source, target });
}

function readTcp(
  bytes: Uint8Array,
  ip: {
    readonly at: number;
    readonly end: number;
    readonly source: string;
    readonly target: string;
  },
): TcpSegment | NoSegment {
  const { at, end, source, target } = ip;
  const header = ((bytes[at + 12] ?? 0) >> 4) * 4;
  if (bytes.length < at + 20 || header < 20) return "cut";
  const [fromPort, toPort] = [u16(bytes, at), u16(bytes, at + 2)];
  // Behind the end: what Ethernet pads short packets with.
  return {
    from: `${source}:${fromPort}`,
    to: `${target}:${toPort}`,
    fromPort,
    toPort,
    seq: u32(bytes, at + 4),
    ack: u32(bytes, at + 8),
    flags: bytes[at + 13] ?? 0,
    payload: bytes.subarray(Math.min(at + header, bytes.length), Math.min(end, bytes.length)),
    length: Math.max(0, end - at - header),
  };
}
