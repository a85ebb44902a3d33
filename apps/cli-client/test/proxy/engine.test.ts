import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  acceptFor,
  createDecoder,
  encodeHeader,
  mask,
  unmask,
  type Direction,
  type FrameRecord,
  type WireRecord,
} from "@wsecho/wire";
import { createEngine, type Held } from "../../src/proxy/engine.ts";
import { createRulebook } from "../../src/proxy/rulebook.ts";
import { parseRule } from "../../src/proxy/rules-file.ts";

const key = Buffer.from("37fa213d", "hex");
const request = Buffer.from(
  "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
);
const answer = Buffer.from(
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${acceptFor("dGhlIHNhbXBsZSBub25jZQ==")}\r\n\r\n`,
);

function frame(
  op: number,
  text: string,
  { fin = 1, dir = "c2s" }: { fin?: 0 | 1; dir?: Direction } = {},
): Buffer {
  return frameOf(Buffer.from(text), { fin, rsv: 0, op, dir });
}

function frameOf(
  payload: Buffer,
  { dir, ...bits }: { fin: 0 | 1; rsv: number; op: number; dir: Direction },
): Buffer {
  const masked = dir === "c2s";
  const header = encodeHeader({ ...bits, masked, len: payload.length });
  return Buffer.concat([header, ...(masked ? [key, mask(payload, key)] : [payload])]);
}

function start(rules: readonly object[], { holdsAll = false } = {}) {
  const sent: Record<Direction, Buffer> = { c2s: Buffer.alloc(0), s2c: Buffer.alloc(0) };
  const records: WireRecord[] = [];
  const held: Held[] = [];
  const ended: Direction[] = [];
  let ids = 0;
  const rulebook = createRulebook(
    rules.map((rule) => {
      const parsed = parseRule(JSON.stringify(rule));
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value;
    }),
  );
  const engine = createEngine({
    conn: 1,
    rulebook,
    holdsAll: () => holdsAll,
    newKey: () => key,
    newHeldId: () => ++ids,
    send: (dir, bytes) => (sent[dir] = Buffer.concat([sent[dir], bytes])),
    record: (record) => records.push(record),
    onHeld: (one) => held.push(one),
    onEnd: (dir) => ended.push(dir),
    onFail: (reason) => {
      throw new Error(reason);
    },
  });
  const open = (extensions = ""): void => {
    const heads = { c2s: request, s2c: answer };
    for (const dir of ["c2s", "s2c"] as const)
      engine.push(
        dir,
        Buffer.from(heads[dir].toString().replace("\r\n\r\n", `\r\n${extensions}\r\n`)),
        0,
      );
  };
  return { engine, sent, records, held, ended, open, rulebook };
}

/** What a peer makes of the bytes it got. */
function readBy(bytes: Buffer, dir: Direction): readonly string[] {
  const seen: string[] = [];
  const decoder = createDecoder({
    start: "frames",
    emit: (record) => {
      if (record.k === "message" && record.incomplete !== true)
        seen.push(`${record.op} ${record.text ?? ""}`);
      if (record.k === "frame" && record.op >= 8) seen.push(`${record.op} ${record.text ?? ""}`);
      if ("lint" in record)
        seen.push(...record.lint.filter(({ level }) => level === "error").map(({ rule }) => rule));
    },
  });
  decoder.push(dir, bytes, 0);
  decoder.end(0);
  return seen.filter((line) => line !== "repeated-key");
}

const frames = (records: readonly WireRecord[]): readonly FrameRecord[] =>
  records.filter((record) => record.k === "frame");
const says = (records: readonly WireRecord[]): readonly string[] =>
  records.flatMap((record) => (record.k === "note" ? [record.says] : []));

describe("a connection through the proxy", () => {
  const anyFrame = fc.record({
    op: fc.constantFrom(1, 2, 9, 10),
    text: fc.string({ maxLength: 200 }),
    parts: fc.integer({ min: 1, max: 3 }),
    ping: fc.boolean(),
  });

  it.each([
    ["without rules", []],
    ["with rules that match nothing", [{ match: "/no such text at all/", action: "drop" }]],
  ])("passes every byte as it came, in any pieces, %s", (_name, rules) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<Direction>("c2s", "s2c"), anyFrame), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
        (messages, cuts) => {
          const { engine, sent, records } = start(rules);
          const all: Record<Direction, Buffer[]> = { c2s: [request], s2c: [answer] };
          for (const [dir, { op, text, parts, ping }] of messages) {
            const count = op >= 8 ? 1 : parts;
            for (let i = 0; i < count; i++) {
              const fin = i === count - 1 ? 1 : 0;
              const piece =
                op >= 8
                  ? text.slice(0, 20)
                  : text.slice(i * 40, fin === 1 ? undefined : (i + 1) * 40);
              all[dir].push(frame(i === 0 ? op : 0, piece, { fin, dir }));
              if (ping && fin === 0) all[dir].push(frame(9, "between", { dir }));
            }
          }
          let cut = 0;
          for (const dir of ["c2s", "s2c"] as const) {
            let rest = Buffer.concat(all[dir]);
            // The answer comes behind the request, and the client waits for it.
            const head = dir === "c2s" ? request : answer;
            const pieces = [head];
            rest = rest.subarray(head.length);
            while (rest.length > 0) {
              const size = cuts[cut++ % cuts.length] ?? 1;
              pieces.push(rest.subarray(0, size));
              rest = rest.subarray(size);
            }
            if (dir === "c2s") {
              engine.push("c2s", request, 1);
              engine.push("s2c", answer, 1);
              pieces.shift();
            } else pieces.shift();
            for (const piece of pieces) engine.push(dir, piece, 2);
          }
          engine.end("c2s", 3);
          engine.end("s2c", 3);
          for (const dir of ["c2s", "s2c"] as const)
            expect(sent[dir].equals(Buffer.concat(all[dir]))).toBe(true);
          expect(frames(records).every(({ edited }) => edited === null)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("changes a fragmented message, and records what came beside what left", () => {
    const { engine, sent, records, open } = start([
      { match: "op:text dir:c2s /secret/", action: "replace", find: "/secret/g", with: "******" },
    ]);
    open();
    const before = sent.c2s.length;
    const came = [frame(1, "my sec", { fin: 0 }), frame(9, "ping"), frame(0, "ret, untold")];
    for (const piece of came) engine.push("c2s", piece, 1);
    engine.push("c2s", frame(1, "plain"), 2);
    expect(readBy(sent.c2s.subarray(before), "c2s")).toEqual([
      "9 ping",
      "1 my ******, untold",
      "1 plain",
    ]);
    const [ping, first, second, last] = frames(records);
    expect(ping?.op).toBe(9);
    expect(first && Buffer.from(unmask(first)).toString()).toBe("my sec");
    expect(first?.edited && Buffer.from(unmask(first.edited)).toString()).toBe("my ******, untold");
    expect(second?.edited?.hdr).toHaveLength(0);
    expect(last?.edited).toBeNull();
    expect(says(records)).toContain("message 1 was changed (rule 1)");
  });

  it("drops, delays and adds as rules say", () => {
    const { engine, sent, records, open } = start([
      { match: "op:ping", action: "drop" },
      { match: '"slow"', action: "delay", ms: 5 },
      { match: '"hello"', action: "inject", where: "after", dir: "s2c", text: "hi", times: 1 },
      { match: '"hello"', action: "inject", where: "before", text: "knock", times: 1 },
    ]);
    open();
    const [c2s, s2c] = [sent.c2s.length, sent.s2c.length];
    for (const text of ["slow", "hello", "hello"]) engine.push("c2s", frame(1, text), 1000);
    engine.push("c2s", frame(9, "beat"), 1000);
    expect(sent.c2s).toHaveLength(c2s);
    expect(engine.wakeAt()).toBe(6000);
    engine.tick(6000);
    expect(readBy(sent.c2s.subarray(c2s), "c2s")).toEqual([
      "1 slow",
      "1 knock",
      "1 hello",
      "1 hello",
    ]);
    expect(readBy(sent.s2c.subarray(s2c), "s2c")).toEqual(["1 hi"]);
    expect(
      frames(records)
        .filter(({ injected }) => injected)
        .map(({ text }) => text),
    ).toEqual(["hi", "knock"]);
    const numbers = frames(records).map(({ n }) => n);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(says(records)).toContain("ping was dropped (rule 1)");
  });

  it("lets heartbeats pass what is held, and keeps the order of all else", () => {
    const { engine, sent, held, ended, open } = start([{ match: "/wait/", action: "hold" }]);
    open();
    const before = sent.c2s.length;
    engine.push(
      "c2s",
      Buffer.concat([
        frame(1, "wait"),
        frame(1, "after"),
        frame(9, "beat"),
        frame(8, "\u0003\u00e8"),
      ]),
      1,
    );
    engine.end("c2s", 2);
    expect(readBy(sent.c2s.subarray(before), "c2s")).toEqual(["9 beat"]);
    expect(held.map(({ record }) => record.text)).toEqual(["wait"]);
    expect(ended).toEqual([]);
    engine.decide(1, { kind: "edit", text: "changed" }, 3);
    expect(readBy(sent.c2s.subarray(before), "c2s").slice(0, 3)).toEqual([
      "9 beat",
      "1 changed",
      "1 after",
    ]);
    expect(ended).toEqual(["c2s"]);
  });

  it("lets heartbeats pass a message whose end does not come", () => {
    const { engine, sent, open } = start([{ match: "/x/", action: "drop" }]);
    open();
    const before = sent.c2s.length;
    engine.push("c2s", Buffer.concat([frame(1, "half", { fin: 0 }), frame(9, "beat")]), 1);
    expect(sent.c2s).toHaveLength(before);
    engine.tick(engine.wakeAt() ?? 0);
    expect(readBy(sent.c2s.subarray(before), "c2s")).toEqual(["9 beat"]);
    engine.push("c2s", frame(0, " and half"), 2);
    expect(readBy(sent.c2s.subarray(before), "c2s")).toEqual(["9 beat", "1 half and half"]);
  });

  it("adds nothing into the middle of a frame or a message", () => {
    const { engine, sent, open } = start([]);
    open();
    const before = sent.c2s.length;
    const whole = frame(1, "first half, ", { fin: 0 });
    engine.push("c2s", whole.subarray(0, 5), 1);
    expect(engine.inject("c2s", { op: 1, payload: Buffer.from("mine") }, 1)).toBeUndefined();
    engine.push("c2s", whole.subarray(5), 2);
    expect(readBy(sent.c2s.subarray(before), "c2s")).toEqual([]);
    engine.push("c2s", frame(0, "second"), 3);
    expect(readBy(sent.c2s.subarray(before), "c2s")).toEqual(["1 first half, second", "1 mine"]);
  });

  it("lets a message pass that is too large to be looked at", () => {
    const { engine, sent, records, open } = start([{ match: "op:binary", action: "drop" }]);
    open();
    const before = sent.s2c.length;
    const large = frame(2, "x".repeat(17 * 1024 * 1024), { dir: "s2c" });
    for (let at = 0; at < large.length; at += 1_000_000) {
      engine.push("s2c", large.subarray(at, at + 1_000_000), 1);
      expect(engine.waiting("s2c")).toBeLessThan(18 * 1024 * 1024);
    }
    expect(sent.s2c.subarray(before).equals(large)).toBe(true);
    expect(says(records)).toContain("a message is too large to be looked at; it passes as it is");
  });

  describe("behind a compressed message that was changed", () => {
    const compressed = { fin: 1, rsv: 4, op: 1, dir: "c2s" } as const;
    const changed = () => {
      const proxied = start([{ match: '"one"', action: "replace", text: "uno" }]);
      proxied.open("Sec-WebSocket-Extensions: permessage-deflate\r\n");
      const before = proxied.sent.c2s.length;
      const one = deflateRawSync("one", { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
      proxied.engine.push("c2s", frameOf(one, compressed), 1);
      const received = () => readBy(proxied.sent.c2s.subarray(before), "c2s");
      expect(received()).toEqual(["1 uno"]);
      return { ...proxied, received };
    };

    it("fails where the next cannot be inflated, and records what came", () => {
      const { engine, records, received } = changed();
      // A block of type 3, which there is not (RFC 1951 section 3.2.3).
      const broken = frameOf(Buffer.of(0x07, 0x07), compressed);
      expect(() => engine.push("c2s", broken, 2)).toThrow(
        "a compressed message cannot be sent on behind one that was changed",
      );
      expect(received()).toEqual(["1 uno"]);
      const last = frames(records).at(-1);
      expect(last && Buffer.from(unmask(last)).toString("hex")).toBe("0707");
      expect(last?.edited?.hdr).toHaveLength(0);
    });

    it("fails where the next is too large to be kept", () => {
      const { engine, received } = changed();
      engine.push("c2s", frameOf(Buffer.of(0), { ...compressed, fin: 0 }), 2);
      const large = frame(0, "x".repeat(17 * 1024 * 1024));
      expect(() => engine.push("c2s", large.subarray(0, -1), 3)).toThrow(
        "a compressed message is too large to send on behind one that was changed",
      );
      expect(received()).toEqual(["1 uno"]);
    });
  });
});
