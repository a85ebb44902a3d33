import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createJsonlReader, createJsonlWriter } from "../src/jsonl.ts";
import { fromJson, toJson } from "../src/json.ts";
import { formatTime, parseTime } from "../src/time.ts";
import type { WireRecord } from "../src/records.ts";
import { decode } from "./support/decode.ts";
import { fromJsonl, toJsonl } from "./support/files.ts";
import { compressedSession, session } from "./support/session.ts";
import { request } from "./support/wire.ts";

const schema = JSON.parse(
  readFileSync(new URL("../schema.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv2020({ strictTypes: false }).compile(schema);

const everything = async (): Promise<readonly WireRecord[]> => [
  ...decode(session),
  ...decode(await compressedSession(["one one one", "one two one two"])),
  ...decode([
    ["c2s", request("", "/?q=1")],
    ["s2c", "HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nno!"],
  ]),
  ...decode(
    [
      ["s2c", Uint8Array.of(0xff, 0xff, 1)],
      ["s2c", 7],
      ["c2s", Uint8Array.of(0x81, 0x05, 1)],
    ],
    {
      start: "frames",
    },
  ),
];

test("records come back as they were written", async () => {
  const records = await everything();
  const { records: read, problems } = fromJsonl(toJsonl(records, { reveal: true }));
  expect(problems).toEqual([]);
  expect(read.slice(1)).toEqual(records);
  expect(read[0]).toMatchObject({
    k: "note",
    code: "capture",
    format: "wsecho-wire/1.0",
    reveal: true,
  });
});

test("every line fits the published schema", async () => {
  const lines = toJsonl(await everything())
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) {
    validate(JSON.parse(line));
    expect([line, validate.errors]).toEqual([line, null]);
  }
});

test("the schema refuses what is not a record", async () => {
  const [, , frame] = (await everything()).map(toJson);
  for (const wrong of [{}, { ...frame, v: 2 }, { ...frame, raw: "zz" }, { ...frame, t: "now" }])
    expect(validate(wrong)).toBe(false);
});

test("the line of a frame is the one of the documentation", () => {
  const [frame] = decode([["c2s", Uint8Array.from(Buffer.from("818537fa213d7f9f4d5158", "hex"))]], {
    start: "frames",
    conn: 7,
    at: "server",
  });
  if (frame === undefined) throw new Error("no frame");
  expect(JSON.stringify(toJson(frame))).toBe(
    '{"v":1,"k":"frame","t":"2026-11-22T06:00:00.000000Z","us":0,"conn":7,"at":"server","n":1,"dir":"c2s","off":0,"fin":1,"rsv":0,"op":1,"key":"37fa213d","len":5,"hdr":"8185","raw":"7f9f4d5158","text":"Hello","msg":1,"part":0,"edited":null,"lint":[]}',
  );
});

test("a line cannot act on a terminal, and reads as what was said", () => {
  const text = "\u001b[2J\u009b31m\u202eabc\u2028\u{e0041}é汉";
  const plain = new TextEncoder().encode(text);
  const bytes = Uint8Array.of(0x81, plain.length, ...plain);
  const writer = createJsonlWriter({ reveal: true });
  const lines = decode([["s2c", bytes]], { start: "frames" }).map((record) => writer.push(record));
  expect(lines.join("")).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}]/u);
  expect(lines.join("")).toContain("é汉");
  const read: WireRecord[] = [];
  const reader = createJsonlReader({
    emit: (record) => read.push(record),
    problem: ({ says }) => expect.unreachable(says),
  });
  reader.push(lines.join(""));
  reader.end();
  expect(read.find(({ k }) => k === "message")).toMatchObject({ text });
});

test("unknown fields are kept, unknown kinds and major versions are told", () => {
  const [record] = decode(session);
  if (record === undefined) throw new Error("no record");
  const json = toJson(record);
  const lines = [
    { ...json, later: { a: 1 } },
    { ...json, k: "teleport" },
    { ...json, v: 2 },
    [],
    1,
  ];
  const { records, problems } = fromJsonl(
    `${lines.map((line) => JSON.stringify(line)).join("\n")}\nnot json\n\n`,
  );
  expect(records).toMatchObject([{ k: "handshake", later: { a: 1 } }]);
  expect(problems).toEqual([
    'an unknown kind "k": written by a newer version',
    "written in version 2, known is 1: update wsecho",
    "not a JSON object",
    "not a JSON object",
    "the line is not JSON",
  ]);
});

test("a reader takes any pieces, and a last line without an end", () => {
  const text = toJsonl(decode(session)).trimEnd();
  const whole = fromJsonl(text).records;
  const records: WireRecord[] = [];
  const reader = createJsonlReader({
    emit: (record) => records.push(record),
    problem: () => expect.fail(),
  });
  for (const character of text) reader.push(character);
  reader.end();
  expect(records).toEqual(whole);
});

test.each([
  ["handshake", "headers", [null]],
  ["handshake", "headers", [["Host"]]],
  ["handshake", "headers", [["Host", 1]]],
  ["handshake", "deflate", {}],
  ["handshake", "deflate", { c2s: { takeover: true, windowBits: 15 } }],
  ["frame", "lint", [null]],
  ["frame", "lint", [{ rule: "mask-missing" }]],
  ["close", "lint", [{ rule: "a", rfc: "b", says: "c", level: "fatal" }]],
  ["message", "frames", ["1"]],
] as const)("a %s is refused whose %s is %j", (kind, name, value) => {
  const record = decode(session).find(({ k }) => k === kind);
  if (record === undefined) throw new Error("no record");
  const { records, problems } = fromJsonl(JSON.stringify({ ...toJson(record), [name]: value }));
  expect(records).toEqual([]);
  expect(problems).toEqual([`the field "${name}" of a ${kind} is not as it should be`]);
});

test("a reader never throws", () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void fromJsonl(text)));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("k", "t", "raw", "edited", "us", "lint"), fc.jsonValue()),
      (json) => {
        fromJson({ v: 1, k: "frame", ...json });
      },
    ),
  );
});

test("times keep their microseconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_000_000_000_000_000 }), (time) => {
      expect(parseTime(formatTime(time))).toBe(time);
      expect(formatTime(time).slice(0, 23)).toBe(
        new Date(Math.floor(time / 1000)).toISOString().slice(0, 23),
      );
    }),
  );
  expect(parseTime("2026-11-22T07:30:00.5+01:30")).toBe(
    Date.parse("2026-11-22T06:00:00.500Z") * 1000,
  );
});
