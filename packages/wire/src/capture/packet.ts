import { concat } from "../bytes.ts";

/** One end of a TCP connection, as our captures name it. */
export interface Endpoint {
  /** Four bytes. */
  readonly ip: Uint8Array;
  readonly port: number;
}

/** TCP flags (RFC 9293 section 3.1). */
export const flags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** What a segment says besides its addresses. */
export interface Segment {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  /** Bytes behind `payload` that the packet had, and that are not here. */
  readonly lacking?: number;
}

/** The Internet checksum (RFC 1071). */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i += 2) sum += ((part[i] ?? 0) << 8) | (part[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65_536);
  return ~sum & 0xffff;
}

/** As much payload fits beside both headers into the 65,535 bytes of an IPv4 packet. */
export const maxSegment = 65_495;

/**
 * An IPv4 packet with a TCP segment. Both checksums are right: where they are checked, Wireshark
 * puts nothing together from wrong ones.
 */
export function encodePacket(from: Endpoint, to: Endpoint, segment: Segment): Uint8Array {
  const { payload, lacking = 0 } = segment;
  const tcp = new Uint8Array(20);
  const view = new DataView(tcp.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint32(4, segment.seq);
  view.setUint32(8, segment.ack);
  view.setUint8(12, 5 << 4);
  view.setUint8(13, segment.flags);
  view.setUint16(14, 65_535);
  const length = tcp.length + payload.length + lacking;
  const pseudo = concat([from.ip, to.ip, Uint8Array.of(0, 6, length >> 8, length & 255)]);
  view.setUint16(16, checksum([pseudo, tcp, payload]));

  const ip = new Uint8Array(20);
  const head = new DataView(ip.buffer);
  head.setUint8(0, 0x45);
  head.setUint16(2, 20 + length);
  head.setUint16(6, 0x4000); // do not fragment
  head.setUint8(8, 64);
  head.setUint8(9, 6);
  ip.set(from.ip, 12);
  ip.set(to.ip, 16);
  head.setUint16(10, checksum([ip]));
  return concat([ip, tcp, payload]);
}
