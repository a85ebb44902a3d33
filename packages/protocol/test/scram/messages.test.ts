import { describe, expect, it } from "vitest";
import {
  encodeBase64,
  formatClientFinal,
  formatClientFirst,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
} from "../../src/scram/index.ts";
import { codeOf, messageNames, scramVectors, valueOf } from "./support.ts";

const parsers = {
  clientFirst: parseClientFirst,
  serverFirst: parseServerFirst,
  clientFinal: parseClientFinal,
  serverFinal: parseServerFinal,
};

/** As the vectors write it: byte strings in base64. */
function plain(value: object): object {
  const entries = Object.entries(value).map(([key, field]: [string, unknown]) => [
    key,
    field instanceof Uint8Array ? encodeBase64(field) : field,
  ]);
  return Object.fromEntries(entries) as object;
}

describe.each(messageNames)("%s", (name) => {
  const parse = parsers[name];

  it.each(scramVectors.accepted[name])("accepts $name", ({ text, value }) => {
    expect(plain(valueOf<object>(parse(text)))).toEqual(value);
  });

  it.each(scramVectors.refused[name])("refuses $name", ({ text, code }) => {
    expect(codeOf(parse(text))).toBe(code);
  });

  it("refuses every shorter beginning of a good message, or reads less from it", () => {
    const text = scramVectors.exchanges[0][name];
    const whole = plain(valueOf<object>(parse(text)));
    for (let length = 0; length < text.length; length++) {
      const result = parse(text.slice(0, length));
      if (result.ok) expect(plain(result.value)).not.toEqual(whole);
    }
  });
});

describe("what only our own code could get wrong", () => {
  const nonce = "0123456789abcdef";
  const salt = new Uint8Array(16);

  it("throws for a name or nonce that cannot be sent", () => {
    expect(() => formatClientFirst({ user: "", nonce })).toThrow(RangeError);
    expect(() => formatClientFirst({ user: "a\0", nonce })).toThrow(RangeError);
    expect(() => formatClientFirst({ user: "\ud800", nonce })).toThrow(RangeError);
    expect(() => formatClientFirst({ user: "user", nonce: "a,b" })).toThrow(RangeError);
    expect(() => formatClientFinal("", salt)).toThrow(RangeError);
  });

  it("throws for a salt, count or reason that cannot be sent", () => {
    const iterations = 4096;
    expect(() => formatServerFirst({ nonce, salt: new Uint8Array(), iterations })).toThrow();
    expect(() => formatServerFirst({ nonce, salt, iterations: 0 })).toThrow(RangeError);
    expect(() => formatServerFirst({ nonce, salt, iterations: 1e8 })).toThrow(RangeError);
    expect(() => formatServerFinal({ kind: "refused", reason: "a,b" })).toThrow(RangeError);
  });
});
