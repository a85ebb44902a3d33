import { concat, fromLatin1, noBytes, toUtf8 } from "../bytes.ts";
import { listOf } from "../http.ts";
import type { Writer, WriterOptions } from "../jsonl.ts";
import { createRedactor } from "../redact.ts";
import type { Direction, FrameRecord, HandshakeRecord, WireRecord } from "../records.ts";
import { encodePacket, flags, maxSegment, type Endpoint } from "./packet.ts";

interface Flow {
  readonly ends: Readonly<Record<Direction, Endpoint>>;
  readonly next: Record<Direction, number>;
  readonly closed: Set<Direction>;
  over: boolean;
  /** The last close, until the connection ends. */
  lastClose: WireRecord | undefined;
}

/** As many packets stand for what was not kept of one frame: 256 MiB. */
const maxLacking = 4096;

/** An option has room for 65,535 bytes, and a record from elsewhere may say more; characters. */
const maxComment = 10_000;

const other = { c2s: "s2c", s2c: "c2s" } as const;

/**
 * Writes pcapng with raw IPv4 packets, made up around the recorded bytes: distinct addresses of
 * RFC 5737, a port per connection, TCP without loss. Traffic of wss stands in plain text. Bytes that
 * were not kept are missing in the TCP stream, too.
 */
export function createPcapngWriter(options: WriterOptions = {}): Writer<Uint8Array> {
  const { reveal = false, filter = () => true } = options;
  const redactor = createRedactor({ reveal });
  const flows = new Map<number, Flow>();
  let begun = false;

  const begin = (): readonly Uint8Array[] => {
    if (begun) return [];
    begun = true;
    return [sectionHeader(reveal), interfaceDescription()];
  };

  const packet = (
    record: WireRecord,
    dir: Direction,
    segment: {
      readonly flags: number;
      readonly payload?: Uint8Array;
      readonly comment?: string;
    },
  ): Uint8Array => {
    const flow = flowOf(record.conn);
    const { payload = noBytes } = segment;
    const bytes = encodePacket(flow.ends[dir], flow.ends[other[dir]], {
      seq: flow.next[dir],
      ack: (segment.flags & flags.ack) === 0 ? 0 : flow.next[other[dir]],
      flags: segment.flags,
      payload,
    });
    const counted = (segment.flags & (flags.syn | flags.fin)) === 0 ? 0 : 1;
    flow.next[dir] = (flow.next[dir] + payload.length + counted) % 2 ** 32;
    return enhancedPacket(record, dir, { bytes, comment: segment.comment });
  };

  const flowOf = (conn: number): Flow => {
    let flow = flows.get(conn);
    if (flow === undefined) {
      const host = 1 + (Math.floor(conn / 16_384) % 254);
      const client = { ip: Uint8Array.of(198, 51, 100, host), port: 49_152 + (conn % 16_384) };
      const server = { ip: Uint8Array.of(192, 0, 2, 1), port: 8080 };
      flow = {
        ends: { c2s: client, s2c: server },
        next: { c2s: 0, s2c: 0 },
        closed: new Set(),
        over: false,
        lastClose: undefined,
      };
      flows.set(conn, flow);
    }
    return flow;
  };

  const open = (record: WireRecord): readonly Uint8Array[] => {
    // Without its handshake a connection was under way: a SYN would tell a reader otherwise.
    if (flows.has(record.conn) || record.k !== "handshake") return [];
    const { syn, ack } = flags;
    return [
      packet(record, "c2s", { flags: syn, comment: `conn ${record.conn}` }),
      packet(record, "s2c", { flags: syn | ack }),
      packet(record, "c2s", { flags: ack }),
    ];
  };

  const finish = (record: WireRecord, dir: Direction): readonly Uint8Array[] => {
    const flow = flowOf(record.conn);
    if (flow.over) return [];
    flow.over = true;
    const { fin, ack } = flags;
    return [
      packet(record, dir, { flags: fin | ack }),
      packet(record, other[dir], { flags: fin | ack }),
      packet(record, dir, { flags: ack }),
    ];
  };

  const data = (
    record: HandshakeRecord | FrameRecord,
    bytes: Uint8Array,
    comment: string,
  ): readonly Uint8Array[] => {
    const out = [...open(record)];
    for (let at = 0; at < bytes.length || at === 0; at += maxSegment)
      out.push(
        packet(record, record.dir, {
          flags: flags.psh | flags.ack,
          payload: bytes.subarray(at, at + maxSegment),
          comment: at === 0 ? comment : `${comment}, continued`,
        }),
      );
    return out;
  };

  /** Packets of which nothing but the headers was captured. */
  const lacking = (record: FrameRecord, count: number): readonly Uint8Array[] => {
    const flow = flowOf(record.conn);
    const out: Uint8Array[] = [];
    let rest = count;
    // A length of 2^60 is a mistake or an attack: the rest of it is a jump of the sequence numbers.
    while (rest > 0 && out.length < maxLacking) {
      const length = Math.min(rest, maxSegment);
      const { dir } = record;
      const bytes = encodePacket(flow.ends[dir], flow.ends[other[dir]], {
        seq: flow.next[dir],
        ack: flow.next[other[dir]],
        flags: flags.ack,
        payload: noBytes,
        lacking: length,
      });
      out.push(
        enhancedPacket(record, dir, {
          bytes,
          comment: "not kept",
          original: bytes.length + length,
        }),
      );
      flow.next[dir] = (flow.next[dir] + length) % 2 ** 32;
      rest -= length;
    }
    flow.next[record.dir] = (flow.next[record.dir] + (rest % 2 ** 32)) % 2 ** 32;
    return out;
  };

  const write = (record: WireRecord): readonly Uint8Array[] => {
    switch (record.k) {
      case "handshake":
        return data(record, handshakeBytes(record), `conn ${record.conn} handshake${said(record)}`);
      case "frame": {
        const bytes = concat([record.hdr, record.key ?? noBytes, record.raw]);
        const comment = `conn ${record.conn} frame ${record.n}${said(record)}`;
        return [...data(record, bytes, comment), ...lacking(record, record.cut ?? 0)];
      }
      case "close": {
        const flow = flowOf(record.conn);
        flow.closed.add(record.dir);
        if (record.by === "transport") return finish(record, record.dir);
        // Not yet the end: a broken peer sends data behind its close.
        flow.lastClose = record;
        return [];
      }
      case "message":
      case "note":
        return [];
    }
  };

  return {
    push: (record) => concat([...begin(), ...redactor.push(record).filter(filter).flatMap(write)]),
    end: () => {
      const rest = redactor.end().filter(filter).flatMap(write);
      const ends = [...flows.values()].flatMap(({ lastClose, closed }) =>
        lastClose?.k === "close" && closed.size === 2 ? finish(lastClose, lastClose.dir) : [],
      );
      return concat([...begin(), ...rest, ...ends]);
    },
  };
}

function said(record: HandshakeRecord | FrameRecord): string {
  const rules = [...new Set(record.lint.map(({ rule }) => rule))];
  return (
    (record.k === "frame" && record.msg !== undefined ? ` message ${record.msg}` : "") +
    (record.k === "frame" && record.edited !== null ? " edited on its way" : "") +
    (record.redacted === undefined ? "" : ` ${record.redacted}`) +
    (rules.length === 0 ? "" : ` lint: ${rules.join(" ")}`)
  );
}

/** The head, and the body in a form that fits what is left of it. */
function handshakeBytes({ head, headers, body }: HandshakeRecord): Uint8Array {
  if (body === undefined) return fromLatin1(head);
  const chunked = listOf(headers, "Transfer-Encoding").at(-1)?.toLowerCase() === "chunked";
  if (chunked)
    return concat([
      fromLatin1(`${head}${body.length.toString(16)}\r\n`),
      body,
      fromLatin1("\r\n0\r\n\r\n"),
    ]);
  const fitting = head.replace(/^(content-length:\s*)\d+/im, `$1${body.length}`);
  return concat([fromLatin1(fitting), body]);
}

const pad = (bytes: Uint8Array): Uint8Array =>
  bytes.length % 4 === 0 ? bytes : concat([bytes, new Uint8Array(4 - (bytes.length % 4))]);

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
}

const halves = (low: number, high: number): Uint8Array =>
  Uint8Array.of(low & 255, low >> 8, high & 255, high >> 8);

function block(type: number, body: Uint8Array): Uint8Array {
  const length = 12 + body.length;
  return concat([words(type, length), body, words(length)]);
}

function optionList(list: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array {
  if (list.length === 0) return noBytes;
  const encoded = list.map(([code, value]) => concat([halves(code, value.length), pad(value)]));
  return concat([...encoded, words(0)]);
}

function sectionHeader(reveal: boolean): Uint8Array {
  const comment = `wsecho-wire: secrets are ${reveal ? "shown (reveal)" : "redacted"}; packets are made up around recorded bytes`;
  const unknownLength = words(0xffffffff, 0xffffffff);
  const list = optionList([
    [1, toUtf8(comment)],
    [4, toUtf8("wsecho")],
  ]);
  return block(0x0a0d0d0a, concat([words(0x1a2b3c4d), halves(1, 0), unknownLength, list]));
}

function interfaceDescription(): Uint8Array {
  const list = optionList([
    [2, toUtf8("wsecho")],
    [3, toUtf8("WebSocket, as it was recorded")],
    [9, Uint8Array.of(6)],
  ]);
  // 101: raw IP. No snap length.
  return block(1, concat([halves(101, 0), words(0), list]));
}

function enhancedPacket(
  { t, at }: WireRecord,
  dir: Direction,
  packet: {
    readonly bytes: Uint8Array;
    readonly comment: string | undefined;
    /** Length on the wire, where not all of it is here. */
    readonly original?: number;
  },
): Uint8Array {
  const { bytes, comment, original = bytes.length } = packet;
  const list: (readonly [number, Uint8Array])[] = [];
  if (comment !== undefined) list.push([1, toUtf8(comment.slice(0, maxComment))]);
  const inbound = at === "client" ? "s2c" : "c2s";
  if (at === "client" || at === "server") list.push([2, words(dir === inbound ? 1 : 2)]);
  const time = Math.floor(t);
  const head = words(0, Math.floor(time / 2 ** 32), time % 2 ** 32, bytes.length, original);
  return block(6, concat([head, pad(bytes), optionList(list)]));
}
