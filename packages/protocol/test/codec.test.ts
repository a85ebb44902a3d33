import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  clientMessageSchema,
  clientMessages,
  decodeClientMessage,
  decodeServerMessage,
  encodeMessage,
  serverMessageSchema,
  serverMessages,
  type Fields,
} from "../src/index.ts";
import { anyJson, clientMessage, serverMessage } from "./vectors/arbitraries.ts";

const sides = [
  { side: "client", decode: decodeClientMessage, message: clientMessage, table: clientMessages },
  { side: "server", decode: decodeServerMessage, message: serverMessage, table: serverMessages },
] as const;

/** No error is longer, whatever came in. */
const longestError = 200;

describe.each(sides)("the v1 codec for the $side's messages", ({ decode, message, table }) => {
  it("[M1] reads back every message that it wrote", () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decode(encodeMessage(value))).toEqual({ ok: true, value });
      }),
      { numRuns: 1000 },
    );
  });

  it("[M2] ignores unknown fields, wherever they stand", () => {
    const forms: readonly Fields[] = Object.values(table);
    const known = new Set(forms.flatMap((fields) => Object.keys(fields)));
    const more = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => !known.has(name)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(message, more, fc.boolean(), (value, extra, first) => {
        const mixed = first ? { ...extra, ...value } : { ...value, ...extra };
        expect(decode(JSON.stringify(mixed))).toEqual({ ok: true, value });
      }),
      { numRuns: 500 },
    );
  });

  it("[M3] never throws, and keeps its answer short, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
        const result = decode(text);
        if (!result.ok) expect(result.error.length).toBeLessThan(longestError);
      }),
      { numRuns: 2000 },
    );
  });

  it("[M3] never throws, and keeps its answer short, for any JSON", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        const result = decode(text);
        if (!result.ok) {
          expect(result.error.length).toBeLessThan(longestError);
          return;
        }
        // What is kept was in the text: escapes and digits grow at most sixfold.
        expect(JSON.stringify(result.value).length).toBeLessThanOrEqual(6 * text.length + 64);
        expect(Object.getPrototypeOf(result.value)).toBe(Object.prototype);
      }),
      { numRuns: 3000 },
    );
  });

  it("[M3] answers for every message with one field spoiled", () => {
    fc.assert(
      fc.property(message, fc.nat(), anyJson, (value, at, spoiled) => {
        const names = Object.keys(value);
        const name = names[at % names.length] ?? "type";
        const result = decode(JSON.stringify({ ...value, [name]: spoiled }));
        if (result.ok) expect(decode(encodeMessage(result.value))).toEqual(result);
        else expect(result.error.length).toBeLessThan(longestError);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["100 000 lists in each other", "[".repeat(100_000) + "]".repeat(100_000)],
    ["100 000 objects in each other", '{"type":'.repeat(100_000) + "1" + "}".repeat(100_000)],
    ["100 000 unclosed lists", "[".repeat(100_000)],
    [
      "deep nesting in an unknown field",
      `{"type":"nope","x":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
    ],
    ["a number of a million digits", `{"type":"submit","text":"","id":${"9".repeat(1e6)}}`],
    ["a number with a huge exponent", '{"type":"submit","text":"","id":1e999999999}'],
    ["a tiny number", '{"type":"submit","text":"","id":1e-999999999}'],
    ["one name 100 000 times", `{${'"type":"ping",'.repeat(1e5)}"type":1}`],
    ["100 000 names", `{${Array.from({ length: 1e5 }, (_, i) => `"${i}":0`).join()}}`],
  ])("[M3] survives %s", (_, text) => {
    const result = decode(text);
    expect(result.ok ? "" : result.error).not.toBe("");
  });

  it("[M3] takes nothing from prototypes, and leaves none changed", () => {
    const text = '{"__proto__":{"type":"ping","polluted":1},"constructor":{"prototype":{"x":1}}}';
    expect(decode(text).ok).toBe(false);
    expect(decode(`{"type":"ping",${text.slice(1)}`)).toEqual({
      ok: true,
      value: { type: "ping" },
    });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect("polluted" in {}).toBe(false);
  });
});

describe("errors about malformed messages", () => {
  const secret = "S3CR3T-MARK";
  const wrapped = fc.constantFrom<unknown>(
    [secret],
    { [secret]: secret },
    { value: secret },
    [[secret]],
    null,
  );

  it("[M5] never repeat a value or a name of the text", () => {
    fc.assert(
      fc.property(clientMessage, fc.nat(), wrapped, (value, at, spoiled) => {
        const names = Object.keys(value);
        const name = names[at % names.length] ?? "type";
        const text = JSON.stringify({ ...value, [secret]: secret, [name]: spoiled });
        for (const candidate of [text, text.slice(0, -1), `${secret}${text}`, `"${secret}"`]) {
          const result = decodeClientMessage(candidate);
          if (!result.ok) expect(result.error).not.toContain(secret);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    `{"type":"${secret}"}`,
    `{"type":"auth","mechanism":"${secret}","user":"a","password":"${secret}"}`,
    `{"type":"auth","mechanism":"plain","user":["${secret}"],"password":"${secret}"}`,
    `{"type":"auth","mechanism":"plain","user":"a","password":"${secret.padEnd(1025, "x")}"}`,
    `{"type":"auth","mechanism":"token","token":{"${secret}":1}}`,
    `{"type":"response","data":"${secret.padEnd(4097, "x")}"}`,
    `admin:${secret}`,
  ])("[M5] do not in %s", (text) => {
    const result = decodeClientMessage(text);
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? "" : result.error).not.toContain(secret);
  });
});

describe("half a surrogate pair", () => {
  it("[R1] crosses v1 in an echo as it is", () => {
    const text = "\ud800 alone";
    const wire = new TextDecoder().decode(
      new TextEncoder().encode(encodeMessage({ type: "echo", id: 1, text })),
    );
    expect(decodeServerMessage(wire)).toEqual({ ok: true, value: { type: "echo", id: 1, text } });
  });
});

describe("Standard Schema", () => {
  const cases = [
    [clientMessageSchema, decodeClientMessage],
    [serverMessageSchema, decodeServerMessage],
  ] as const;

  it.each(cases)("judges values as the decoder judges their texts", (schema, decode) => {
    fc.assert(
      fc.property(fc.oneof(anyJson, clientMessage, serverMessage), (value) => {
        const { validate, version, vendor } = schema["~standard"];
        expect([version, vendor]).toEqual([1, "wsecho"]);
        const parsed: unknown = JSON.parse(JSON.stringify(value));
        const result = decode(JSON.stringify(value));
        expect(validate(parsed)).toEqual(
          result.ok ? { value: result.value } : { issues: [{ message: result.error }] },
        );
      }),
      { numRuns: 1000 },
    );
  });
});
