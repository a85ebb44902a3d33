import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFilter } from "../src/filter.ts";
import { decode } from "./support/decode.ts";
import { session } from "./support/session.ts";

const records = decode([...session, ["c2s", Uint8Array.of(0x81, 0)]], { conn: 3 });

/** The frames wanted, by number, and the kinds of other records. */
const wanted = (expression: string): readonly (string | number)[] => {
  const filter = parseFilter(expression);
  if (!filter.ok) throw new Error(filter.error.says);
  return records.filter(filter.value).map((record) => (record.k === "frame" ? record.n : record.k));
};

test.each<[expression: string, numbers: readonly (string | number)[]]>([
  ["op:ping", [4]],
  ["op:ping,pong", [4, 5]],
  ["op:9", [4]],
  ["OP:PING", [4]],
  ["op:text dir:c2s", [2, "message", 9, "message", 12, "message"]],
  ["kind:frame op:text dir:c2s", [2, 9, 12]],
  ["kind:frame len>1k", [8]],
  ["kind:frame len>=300 len<0x1000", [7]],
  ["kind:frame /^hello/i", [2, 3]],
  ["kind:frame /^hello/", []],
  ['kind:frame "WÖRLD €"', [2, 6]],
  ["kind:frame wörld", [2, 6]],
  ["kind:close", ["close", "close"]],
  ["code:1000 kind:frame", [10, 11]],
  ["lint:unmasked-client kind:frame", [12]],
  ["kind:frame lint", [12]],
  ["lint:data-after-close", [12]],
  ["kind:handshake status==101", ["handshake"]],
  ["kind:handshake /x-order: b/i", ["handshake"]],
  ["websocket.opcode == 9", [4]],
  ["websocket.opcode==0x9", [4]],
  ["websocket.opcode eq 9 or websocket.opcode == 10", [4, 5]],
  ["websocket.mask == 1 && websocket.payload_length > 100", [7]],
  ["websocket && !(websocket.opcode == 1) && not websocket.opcode in_no_field", []],
  ['websocket.payload.text contains "welc"', [1, "message"]],
  ['websocket.payload.text matches "^welc"', [1, "message"]],
  ["text~/^welc/ kind:frame", [1]],
  ["websocket.payload_length_ext_64", [8]],
  ["websocket.payload_length_ext_16 == 300", [7]],
  ["websocket.payload.close.status_code == 1000 kind:frame", [10, 11]],
  ["websocket.payload == 77:65:6c:63:6f:6d:65", [1]],
  ["websocket.fin == false", [3]],
  ["websocket.masking_key kind:frame dir:s2c", []],
  ["tcp.stream == 3 op:pong", [5]],
  ["control or n:1", [1, 4, 5, 10, 11]],
  ["kind:frame !control n!=1 n<=3", [2, 3]],
  ["(op:ping or op:pong) dir:c2s", [5]],
])("%s", (expression, numbers) => {
  expect(wanted(expression)).toEqual(numbers);
});

test("an empty filter wants everything", () => {
  expect(wanted(" ")).toHaveLength(records.length);
});

test.each([
  ["op:", 3, 'a value is missing behind "op:"'],
  ["op:ping (", 9, "something is missing at the end, as in op:ping"],
  ["(op:ping", 8, "a closing parenthesis is missing"],
  ["op:ping)", 7, '")" is not expected here'],
  ["len>many", 4, '"many" is not a number, as in len>1k'],
  ["len>constructor", 4, '"constructor" is not a number, as in len>1k'],
  ["/(/", 0, "this is not a regular expression"],
  ["/a/g", 0, 'the flags "g" are not all of i, m, s, u'],
  ["/a", 0, "/ has no end"],
  ['"a', 0, '" has no end'],
  ["a & b", 2, '"&" is not expected here'],
  ["and", 0, '"and" is not expected here'],
  ["(".repeat(100), 50, "too many parentheses"],
])("%s is wrong at %i: %s", (expression, at, says) => {
  expect(parseFilter(expression)).toEqual({ ok: false, error: { at, says } });
});

test("an unknown field is an error that names the known ones", () => {
  for (const expression of ["opp:ping", "websocket.opcod", "constructor:1", "__proto__==1"])
    expect(parseFilter(expression)).toMatchObject({
      ok: false,
      error: { at: 0, says: expect.stringContaining("known: kind, dir, op") as string },
    });
});

test("it never throws, and neither does what it returns", () => {
  const parts = fc.constantFrom(
    "op",
    ":",
    "ping",
    "(",
    ")",
    "!",
    "and",
    "or",
    "==",
    ">",
    "1k",
    "/a/",
    '"b"',
    " ",
    "len",
    "text",
    "&&",
    "~",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((list) => list.join("")),
      ),
      (expression) => {
        const filter = parseFilter(expression);
        if (filter.ok) for (const record of records) filter.value(record);
      },
    ),
    { numRuns: 1000 },
  );
});
