import { createDecoder, type Decoder } from "../decoder.ts";
import { parseHeader } from "../frame.ts";
import { toLatin1 } from "../bytes.ts";
import type { PieceReader, ReaderOptions } from "../jsonl.ts";
import type { WireLimits } from "../limits.ts";
import type { Direction, NoteRecord, WireRecord } from "../records.ts";
import { readPacket, type NoSegment, type TcpSegment } from "./network.ts";
import { flags } from "./packet.ts";
import { createPacketReader } from "./pcap-read.ts";
import { createTcpStream, type TcpStream } from "./tcp.ts";

/** What {@link createCaptureReader} takes. */
export interface CaptureReaderOptions extends ReaderOptions {
  readonly limits?: Partial<WireLimits>;
}

interface Connection {
  /** The address of the client; `undefined` while nobody knows. */
  client: string | undefined;
  readonly streams: Map<string, TcpStream>;
  /** The sequence numbers of the SYNs, by sender. */
  readonly syns: Map<string, number>;
  /** `undefined` when it is over: many may follow, and a decoder takes much room. */
  decoder: Decoder | undefined;
  /** Directions that have not ended. */
  open: number;
}

/** The oldest connection is forgotten when there are more. */
const maxConnections = 65_536;
/** Notes of a connection that wait until it turns out to be one of WebSocket. */
const maxNotes = 16;

const missed: Readonly<Record<Exclude<NoSegment, "other">, string>> = {
  "unknown link":
    "packets of links that are not known here; known are Ethernet, raw IP, Linux cooked and loopback",
  fragment: "IP fragments, which are not put together here",
  cut: "packets whose headers were cut by the snap length",
};

/**
 * Reads pcapng and pcap: puts TCP connections in order, and decodes those that carry WebSocket.
 * What a capture lacks becomes notes.
 */
export function createCaptureReader(options: CaptureReaderOptions): PieceReader<Uint8Array> {
  const { emit, problem, limits } = options;
  const connections = new Map<string, Connection>();
  const missing = new Map<Exclude<NoSegment, "other">, number>();
  let shown = 0;
  let strangers = 0;
  let now = 0;

  const connect = (strict: boolean): Connection => {
    let notes: NoteRecord[] | undefined = [];
    let conn = 0;
    const show = (record: WireRecord): void => {
      if (notes !== undefined) {
        if (record.k === "note") {
          if (notes.length < maxNotes) notes.push(record);
          return;
        }
        conn = ++shown;
        strangers -= 1;
        for (const note of notes) emit({ ...note, conn });
        notes = undefined;
      }
      emit({ ...record, conn });
    };
    strangers += 1;
    const decoder = createDecoder({
      emit: show,
      at: "capture",
      midstream: !strict,
      ...(limits && { limits }),
    });
    return { client: undefined, streams: new Map(), syns: new Map(), decoder, open: 2 };
  };

  /** @param how the end of the file is not the end of a connection, so that one is `stop` */
  const finish = (connection: Connection, how: "end" | "stop"): void => {
    for (const stream of connection.streams.values()) stream.flush();
    connection.decoder?.[how](now);
    connection.decoder = undefined;
  };

  const streamOf = (connection: Connection, from: string, segment: TcpSegment): TcpStream => {
    let stream = connection.streams.get(from);
    if (stream !== undefined) return stream;
    const direction = (bytes?: Uint8Array): Direction => {
      connection.client ??= guessClient(segment, bytes);
      return connection.client === from ? "c2s" : "s2c";
    };
    stream = createTcpStream({
      data: (bytes) => connection.decoder?.push(direction(bytes), bytes, now),
      missing: (count) => connection.decoder?.skip(direction(), count, now),
      end() {
        connection.decoder?.end(now, direction());
        connection.open -= 1;
      },
    });
    connection.streams.set(from, stream);
    return stream;
  };

  const take = (segment: TcpSegment): void => {
    const { from, to, seq, ack } = segment;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const syn = (segment.flags & flags.syn) !== 0;
    const acks = (segment.flags & flags.ack) !== 0;
    let connection = connections.get(key);
    // Another SYN than the first: the ports are used again.
    if (connection !== undefined && syn && !acks) {
      const known = connection.syns.get(from);
      if (known === undefined ? connection.streams.size > 0 : known !== seq) {
        finish(connection, "end");
        connection = undefined;
      }
    }
    if (connection === undefined) {
      // The last words of a connection whose beginning was not captured.
      if (segment.length === 0 && !syn) return;
      connection = connect(syn);
      connections.delete(key);
      connections.set(key, connection);
      if (connections.size > maxConnections) forgetOldest();
    }
    if (connection.decoder === undefined) return;
    const stream = streamOf(connection, from, segment);
    if (syn) {
      connection.client ??= acks ? to : from;
      connection.syns.set(from, seq);
      if (!stream.begun) stream.begin((seq + 1) % 2 ** 32);
    }
    // Data in a SYN (RFC 7413) begins one behind it.
    const data = syn ? { ...segment, seq: (seq + 1) % 2 ** 32 } : segment;
    if (segment.length > 0 || (segment.flags & flags.fin) !== 0) stream.push(data);
    if (acks) connection.streams.get(to)?.acked(ack);
    for (const each of connection.streams.values()) each.tick();
    if ((segment.flags & flags.rst) !== 0 || connection.open === 0) finish(connection, "end");
  };

  const forgetOldest = (): void => {
    const [oldest] = connections;
    if (oldest === undefined) return;
    finish(oldest[1], "stop");
    connections.delete(oldest[0]);
  };

  const reader = createPacketReader({
    problem,
    packet({ time, link, bytes }) {
      now = Math.max(now, time);
      const segment = readPacket(link, bytes);
      if (typeof segment !== "string") take(segment);
      else if (segment !== "other") missing.set(segment, (missing.get(segment) ?? 0) + 1);
    },
  });

  const note = (says: string, count: number): void => {
    emit({ k: "note", t: now, us: 0, conn: 0, at: "capture", code: "packets", says, count });
  };

  return {
    push: (piece) => reader.push(piece),
    end() {
      reader.end();
      for (const connection of connections.values()) finish(connection, "stop");
      connections.clear();
      for (const [why, count] of missing) note(missed[why], count);
      if (strangers > 0) note("TCP connections without readable WebSocket", strangers);
    },
  };
}

/** Who the client is, from the first bytes of a connection whose SYN was not captured. */
function guessClient({ from, to, fromPort, toPort }: TcpSegment, bytes?: Uint8Array): string {
  const text = bytes === undefined ? "" : toLatin1(bytes.subarray(0, 20));
  if (text.startsWith("HTTP/")) return to;
  if (/^[A-Z]{3,16} /.test(text)) return from;
  const header = bytes && parseHeader(bytes);
  if (
    header !== undefined &&
    (header.rsv & 3) === 0 &&
    (header.op < 3 || (header.op > 7 && header.op < 11))
  ) {
    if (header.masked) return from;
    if (header.size + header.len <= (bytes?.length ?? 0)) return to;
  }
  return toPort < fromPort ? from : to;
}
