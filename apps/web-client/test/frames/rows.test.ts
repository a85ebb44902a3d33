import { parseFilter } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { append, emptyLog, type Kept } from "../../src/frames/log.ts";
import { rowsOf, type Row, type RowOptions } from "../../src/frames/rows.ts";
import { conversation, down, handshake, heartbeats, recordsOf, up } from "../support/capture.ts";

const keep = (pieces: Parameters<typeof recordsOf>[0]) => append(emptyLog, recordsOf(pieces)).kept;
const all: RowOptions = {
  level: "frames",
  which: "all",
  wanted: null,
  fold: true,
  opened: new Set(),
};
const filterOf = (expression: string) => {
  const filter = parseFilter(expression);
  if (!filter.ok) throw new Error(filter.error.says);
  const { value } = filter;
  return ({ record }: Kept): boolean => value(record);
};

/** A row in a few letters: opcodes of frames, kinds of others, a count of heartbeats. */
const short = (row: Row): string => {
  if (row.kind === "heartbeats") return `${row.count}♥${row.open ? "open" : ""}`;
  const { record } = row;
  if (record.k === "frame") return `${row.inside ? "·" : ""}f${record.op}`;
  return record.k === "message" ? `m${record.op}` : record.k;
};
const shorts = (pieces: Parameters<typeof keep>[0], options: Partial<RowOptions> = {}): string => {
  const { rows } = rowsOf(keep(pieces), { ...all, ...options });
  return rows.map(short).join(" ");
};

describe("the rows of the list", () => {
  it("are the frames, with heartbeats behind each other in one row", () => {
    expect(shorts(conversation)).toBe("handshake handshake f1 f1 f1 f0 6♥ f2 f1 f8 f8");
    expect(rowsOf(keep(conversation), all).folded).toBe(6);
  });

  it("are the messages one level up", () => {
    expect(shorts(conversation, { level: "messages" })).toBe(
      "handshake handshake m1 m1 m1 m2 m1 close close",
    );
  });

  it("show every heartbeat where asked to, and inside of an opened row", () => {
    const pieces = [...handshake, down("a"), ...heartbeats(1), down("b"), ...heartbeats(2)];
    expect(shorts(pieces, { fold: false })).toBe("handshake handshake f1 f9 f10 f1 f9 f10 f9 f10");
    const first = keep(pieces).find(({ record }) => record.k === "frame" && record.op === 9);
    expect(shorts(pieces, { opened: new Set([first?.seq ?? 0]) })).toBe(
      "handshake handshake f1 2♥open ·f9 ·f10 f1 4♥",
    );
  });

  it("fold neither a single heartbeat nor one that breaks a rule", () => {
    const broken = [...handshake, down("x", { op: 9, fin: 0 }), down("y", { op: 9 })];
    expect(shorts(broken)).toBe("handshake handshake f9 f9");
  });

  it("are those of one direction, or control frames only", () => {
    expect(shorts(conversation, { which: "c2s" })).toBe("handshake f1 3♥ f2 f1 f8");
    expect(shorts(conversation, { which: "s2c" })).toBe("handshake f1 f1 f0 3♥ f8");
    expect(shorts(conversation, { which: "control" })).toBe("f9 f10 f9 f10 f9 f10 f8 f8");
  });

  it("are those that a filter wants, none of them folded", () => {
    expect(shorts(conversation, { wanted: filterOf("op:ping") })).toBe("f9 f9 f9");
    expect(shorts(conversation, { wanted: filterOf("len>200 dir:c2s") })).toBe("f2");
    expect(shorts(conversation, { wanted: filterOf("lint:unmasked-client") })).toBe("f1");
  });

  it("are messages where a capture has no frames", () => {
    const kept = keep([...handshake, up("hello")]).flatMap((entry) => {
      const { record } = entry;
      if (record.k === "frame") return [];
      return [record.k === "message" ? { ...entry, record: { ...record, parts: 0 } } : entry];
    });
    expect(rowsOf(kept, all).rows.map(short)).toEqual(["handshake", "handshake", "m1"]);
  });
});
