import fc from "fast-check";
import { expect, test } from "vitest";
import { createPcapngWriter } from "../src/capture/pcapng-write.ts";
import { createCaptureReader } from "../src/capture/read.ts";
import { createTcpStream } from "../src/capture/tcp.ts";
import type { WireRecord } from "../src/records.ts";
import { decode, frames, messages, ofKind } from "./support/decode.ts";
import { fromCapture, toJsonl, toPcapng } from "./support/files.ts";
import { ipv4, isn, links, pcap, pcapng, segments, start, type Sent } from "./support/pcap.ts";
import { bytesInUse } from "./support/gc.ts";
import { compressedSession, session } from "./support/session.ts";
import { clientFrame, frame } from "./support/wire.ts";

/** What a capture must carry of a record, whoever saw it and when. */
const essence = (records: readonly WireRecord[]): unknown =>
  records
    .filter(({ k }) => k !== "note")
    .map((record) => ({ ...record, t: 0, us: 0, at: "", conn: 0 }));

const wanted = essence(decode(session));
const sent = segments(session);
const wrap = (list: readonly Sent[]): Buffer => pcap(list.map((one) => [ipv4(one), one.snap]));
const notes = (records: readonly WireRecord[]): readonly string[] =>
  ofKind(records, "note").map(({ code }) => code);

test("a session comes back from pcapng frame by frame, with its times", async () => {
  for (const pieces of [session, await compressedSession(["one one one", "two one two"])]) {
    const records = decode(pieces);
    const { records: read, problems } = fromCapture(toPcapng(records, { reveal: true }));
    expect(problems).toEqual([]);
    expect(essence(read)).toEqual(essence(records));
    expect(frames(read).map(({ t }) => t)).toEqual(frames(records).map(({ t }) => t));
    expect(notes(read)).toEqual([]);
  }
});

test("data behind a close comes back, too", () => {
  const records = decode([...session, ["s2c", frame("late")]]);
  const { records: read } = fromCapture(toPcapng(records, { reveal: true }));
  expect(essence(read)).toEqual(essence(records));
});

test("the end of a file is not the end of a connection, and a FIN is", () => {
  const open = segments(session.slice(0, 5));
  const codes = (list: readonly Sent[]): readonly number[] =>
    ofKind(fromCapture(wrap(list)).records, "close").map(({ code }) => code);
  expect(codes(open.slice(0, -3))).toEqual([]);
  expect(codes(open)).toEqual([1006]);
});

test("a filter takes records after the redaction", () => {
  const records = decode(session);
  const shown = toPcapng(records, { filter: ({ k }) => k !== "message" });
  expect(frames(fromCapture(shown).records)).toHaveLength(frames(records).length);
  expect(
    toJsonl(records, { filter: ({ k }) => k === "close" })
      .trimEnd()
      .split("\n"),
  ).toHaveLength(3);
});

test("several connections, a refused one among them, come back from one pcapng", () => {
  const refused = decode(
    [
      ["c2s", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"],
      ["s2c", "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n"],
    ],
    { conn: 2 },
  );
  const records = [...decode(session), ...refused, ...decode(session, { conn: 30_000 })];
  const { records: read } = fromCapture(toPcapng(records, { reveal: true }));
  expect(essence(read)).toEqual(essence(records));
  expect(new Set(read.map(({ conn }) => conn))).toEqual(new Set([1, 2, 3]));
});

test("a frame that was not kept whole is missing as much in pcapng, and the next one is there", () => {
  const records = decode(session, { limits: { frame: 1000 } });
  const { records: read } = fromCapture(toPcapng(records, { reveal: true }));
  expect(frames(read).map(({ len, cut }) => [len, cut])).toEqual(
    frames(records).map(({ len, cut }) => [len, cut]),
  );
});

test.each(Object.entries(links))("%s is read", (_, [link, encode]) => {
  const { records, problems } = fromCapture(
    pcap(
      sent.map((one) => [encode(one)]),
      { link },
    ),
  );
  expect(problems).toEqual([]);
  expect(essence(records)).toEqual(wanted);
});

test.each([
  ["little, µs", {}],
  ["big, µs", { big: true }],
  ["little, ns", { nano: true }],
  ["big, ns", { big: true, nano: true }],
])("classic pcap is read: %s", (_, form) => {
  const { records } = fromCapture(
    pcap(
      sent.map((one) => [ipv4(one)]),
      form,
    ),
  );
  expect(essence(records)).toEqual(wanted);
  // The request is the fourth packet.
  expect(records[0]?.t).toBe(start * 1e6 + 3000);
});

test.each([
  ["little, ns", {}],
  ["big, µs", { big: true, resolution: 6 }],
  ["little, binary units", { resolution: 128 + 20 }],
])("pcapng of others is read: %s", (_, form) => {
  const { records, problems } = fromCapture(
    pcapng(
      sent.map((one) => ipv4(one)),
      form,
    ),
  );
  expect(problems).toEqual([]);
  expect(essence(records)).toEqual(wanted);
  expect(records[0]?.t).toBeGreaterThan(start * 1e6 + 2990);
  expect(records[0]?.t).toBeLessThanOrEqual(start * 1e6 + 3000);
});

test("simple packet blocks are read, without times", () => {
  expect(
    essence(
      fromCapture(
        pcapng(
          sent.map((one) => ipv4(one)),
          { simple: true },
        ),
      ).records,
    ),
  ).toEqual(wanted);
});

test("a file may come byte by byte", () => {
  expect(fromCapture(wrap(sent), 1).records).toEqual(fromCapture(wrap(sent)).records);
  const ng = toPcapng(decode(session));
  expect(fromCapture(ng, 7).records).toEqual(fromCapture(ng).records);
});

test("sequence numbers wrap", () => {
  // The client's first byte stands 256 below the wrap, and its request alone is longer.
  expect(isn.c2s).toBe(2 ** 32 - 256);
  expect(essence(fromCapture(wrap(sent)).records)).toEqual(wanted);
});

test("retransmissions, overlaps and reordering change nothing", () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.nat({ max: 9 })),
      fc.integer({ min: 20, max: 3000 }),
      (dice, size) => {
        const out: Sent[] = [];
        const late: Sent[] = [];
        for (const one of segments(session, size)) {
          const roll = (dice.next().value as number | undefined) ?? 0;
          const data = one.data;
          if (data === undefined || roll > 6) out.push(one);
          else if (roll < 2) out.push(one, one);
          else if (roll < 4) {
            // Half of it, then all of it: an overlap.
            out.push({ ...one, data: data.subarray(0, Math.ceil(data.length / 2)) }, one);
          } else if (late.length === 0) {
            late.push(one);
            continue;
          } else out.push(one);
          // The other direction's order is what a capture shows: only the same direction is swapped.
          if (late[0]?.dir === one.dir || one.data === undefined) out.push(...late.splice(0));
          else if (late.length > 0) {
            const last = out.pop();
            out.push(...late.splice(0), ...(last ? [last] : []));
          }
        }
        const { records } = fromCapture(wrap([...out, ...late]));
        const shape = (list: readonly WireRecord[]): unknown =>
          (["c2s", "s2c"] as const).map((dir) =>
            frames(list)
              .filter((frame) => frame.dir === dir)
              .map(({ op, raw, fin, off }) => ({ op, raw, fin, off })),
          );
        expect(shape(records)).toEqual(shape(decode(session)));
        expect(notes(records)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test("a lost packet is a gap, said, and costs no more than the frames that it touched", () => {
  const texts = Array.from({ length: 60 }, (_, i) => `message number ${i}`);
  const pieces = [
    ...session.slice(0, 2),
    ...texts.map((text) => ["c2s", clientFrame(text)] as const),
  ];
  const list = segments(pieces);
  const dropped =
    list.findIndex((one) => one.dir === "c2s" && one.data !== undefined && one.data.length < 30) +
    5;
  const { records } = fromCapture(wrap(list.filter((_, i) => i !== dropped)));
  expect(messages(records)).toHaveLength(59);
  expect(notes(records)).toContain("gap");
});

test("a capture that begins in the middle says so, and is read from there", () => {
  const texts = Array.from({ length: 5 }, (_, i) => `message number ${i}`);
  const list = segments(texts.map((text) => ["c2s", clientFrame(text)] as const)).slice(4);
  const { records } = fromCapture(wrap(list));
  expect(messages(records).map(({ text, dir }) => [text, dir])).toEqual(
    texts.slice(1).map((text) => [text, "c2s"]),
  );
  expect(notes(records)).toEqual(["midstream"]);
});

test("who the client is shows without a SYN, also where the server speaks first", () => {
  const { records } = fromCapture(wrap(sent.slice(3)));
  expect(essence(records)).toEqual(wanted);
  const { records: late } = fromCapture(wrap(segments(session.slice(2)).slice(3)));
  const ways = (list: readonly WireRecord[]): readonly string[] =>
    frames(list)
      .map(({ dir, op }) => `${dir} ${op}`)
      .toSorted();
  expect(ways(late)).toEqual(ways(decode(session)));
});

test("packets that the snap length cut are gaps, said, and what follows is read", () => {
  const { records } = fromCapture(wrap(sent.map((one) => ({ ...one, snap: 600 }))));
  expect(notes(records)).toContain("gap");
  const cut = frames(records).find(({ len }) => len === 70_000);
  expect(cut?.cut).toBeGreaterThan(0);
  expect(ofKind(records, "close").map(({ code }) => code)).toEqual([1000, 1000]);
});

test("IP fragments, unknown links and connections of others are said", () => {
  const fragment = ipv4({ dir: "c2s", seq: 0, data: Buffer.from("x") }, 0x2000);
  expect(fromCapture(pcap([[fragment]])).records).toMatchObject([{ code: "packets", count: 1 }]);
  expect(fromCapture(pcap([[fragment]], { link: 147 })).records).toMatchObject([
    { code: "packets", count: 1 },
  ]);
  const ssh = segments([
    ["s2c", "SSH-2.0-x\r\n"],
    ["c2s", "SSH-2.0-y\r\n"],
  ]);
  expect(fromCapture(wrap(ssh)).records).toMatchObject([
    { code: "packets", says: expect.stringContaining("without") as string },
  ]);
});

test("the same ports may be used again", () => {
  const again = sent.map((one) => ({ ...one, seq: one.seq + 100_000 }));
  const { records } = fromCapture(wrap([...sent, ...again]));
  expect(new Set(records.map(({ conn }) => conn))).toEqual(new Set([1, 2]));
  expect(ofKind(records, "handshake")).toHaveLength(4);
});

test("gaps without end are given up one after the other, also where no payload was captured", () => {
  let gaps = 0;
  const stream = createTcpStream({
    data: () => undefined,
    missing: () => (gaps += 1),
    end: () => undefined,
  });
  const ends = { from: "a", to: "b", fromPort: 1, toPort: 2 };
  const payload = new Uint8Array(0);
  for (let i = 0; i < 4000; i++) {
    stream.push({ ...ends, seq: 2 * i, ack: 0, flags: 0, payload, length: 1 });
    stream.tick();
  }
  expect(gaps).toBeGreaterThan(2500);
});

test("a packet's comment has room in its option, whatever the records say", () => {
  const found = Array.from({ length: 9000 }, (_, i) => ({
    ...{ rule: `rule-${i}`, rfc: "", says: "" },
    level: "error" as const,
  }));
  const records = decode(session).map((record) =>
    record.k === "frame" ? { ...record, lint: found } : record,
  );
  const file = toPcapng(records);
  let comments = 0;
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) !== 6) continue;
    let option = at + 28 + 4 * Math.ceil(file.readUInt32LE(at + 20) / 4);
    const end = at + file.readUInt32LE(at + 4) - 4;
    while (option < end) {
      comments += Number(file.readUInt16LE(option) === 1);
      option += 4 + 4 * Math.ceil(file.readUInt16LE(option + 2) / 4);
    }
    expect(option).toBe(end);
  }
  expect(comments).toBeGreaterThan(frames(records).length);
});

test("a broken file is a problem in words", () => {
  const file = wrap(sent);
  expect(fromCapture(new Uint8Array(0)).problems).toEqual(["the file is empty"]);
  expect(fromCapture(Buffer.from("no capture at all")).problems).toEqual([
    "neither pcapng nor pcap",
  ]);
  expect(fromCapture(file.subarray(0, -3)).problems).toEqual(["the file ends inside a packet"]);
  const long = Buffer.concat([file.subarray(0, 24), Buffer.alloc(16, 0xff)]);
  expect(fromCapture(long).problems).toEqual([
    "a packet is impossibly long: the file is broken here",
  ]);
});

test("reading never throws, whatever bytes stand in a file", () => {
  const good = [wrap(sent.slice(0, 8)), toPcapng(decode(session.slice(0, 5)))];
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 20 }),
      (file, changes) => {
        const bytes = Uint8Array.from(file);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        fromCapture(bytes);
      },
    ),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 101, 113, 276, 108),
      fc.array(fc.uint8Array({ maxLength: 90 })),
      (link, list) => {
        fromCapture(
          pcap(
            list.map((bytes) => [Buffer.from(bytes)]),
            { link },
          ),
        );
      },
    ),
  );
});

test("a connection that has ended leaves little behind, for there may be many", async () => {
  const ended = decode(await compressedSession(["one one one", "two one two"]));
  const writer = createPcapngWriter();
  const file = Buffer.concat(
    Array.from({ length: 100 }, (_, i) =>
      Buffer.concat(ended.map((record) => writer.push({ ...record, conn: i + 1 }))),
    ),
  );
  let closes = 0;
  const reader = createCaptureReader({
    emit: ({ k }) => (closes += Number(k === "close")),
    problem: ({ says }) => expect.fail(says),
  });
  const before = await bytesInUse();
  reader.push(file);
  const kept = (await bytesInUse()) - before;
  expect(closes).toBe(100);
  expect(kept).toBeLessThan(5_000_000);
  reader.end();
});
