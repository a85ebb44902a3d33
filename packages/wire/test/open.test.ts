import { describe, expect, it } from "vitest";
import { captureFormat, createFileReader } from "../src/capture/open.ts";
import type { WireRecord } from "../src/records.ts";
import { decode } from "./support/decode.ts";
import { toHar, toJsonl, toPcapng } from "./support/files.ts";
import { session } from "./support/session.ts";

const records = decode(session);

/** In pieces of `size` bytes. */
const open = (file: Uint8Array, size: number) => {
  const read: WireRecord[] = [];
  const problems: string[] = [];
  const reader = createFileReader({
    emit: (record) => read.push(record),
    problem: ({ says }) => problems.push(says),
  });
  for (let at = 0; at < file.length; at += size) reader.push(file.subarray(at, at + size));
  reader.end();
  return { read, problems };
};

const payloads = (all: readonly WireRecord[]) =>
  all.flatMap((record) => (record.k === "message" ? [record.text ?? record.data] : []));

describe("createFileReader", () => {
  const pcapng = toPcapng(records);
  it.each([
    ["jsonl", Buffer.from(toJsonl(records))],
    ["jsonl", Buffer.from(`\uFEFF${toJsonl(records)}`)],
    ["har", Buffer.from(toHar(records))],
    ["har", Buffer.from(`\n ${JSON.stringify(JSON.parse(toHar(records)), null, 4)}`)],
    ["pcapng", pcapng],
  ] as const)("knows %s by its first bytes, in pieces of any size", (format, file) => {
    expect(captureFormat(file)).toBe(format);
    for (const size of [7, 4099, file.length]) {
      const { read, problems } = open(file, size);
      expect(problems).toEqual([]);
      expect(payloads(read)).toEqual(payloads(records));
    }
  });

  it.each(["a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1"])("knows pcap by %s", (magic) => {
    expect(captureFormat(Buffer.from(magic, "hex"))).toBe("pcap");
  });

  it("gives records of a live stream as they come", () => {
    const read: WireRecord[] = [];
    const reader = createFileReader({
      emit: (record) => read.push(record),
      problem: () => undefined,
    });
    const [first = ""] = toJsonl(records).split("\n");
    reader.push(Buffer.from(`${first}\n`));
    expect(read).toHaveLength(1);
  });

  it.each(["", "{", "GET / HTTP/1.1\r\n", "\x1f\x8b\x08".padEnd(5000)])(
    "says once of anything else that it is not known: %j",
    (text) => {
      const { read, problems } = open(Buffer.from(text), 600);
      expect(read).toEqual([]);
      expect(problems).toEqual([expect.stringContaining("not a capture")]);
    },
  );
});
