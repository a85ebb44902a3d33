import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { findNeedles } from "../src/needles.ts";

const secret = 'Pl4nt"é/ü%';
const needles = [{ name: "the password", secret }];
const bytes = Buffer.from(secret);
const hex = bytes.toString("hex");

describe("the search for planted secrets", () => {
  it.each<[string, string | Uint8Array, string]>([
    ["in a text", `x${secret}y`, "it is"],
    ["in bytes", Buffer.concat([Buffer.of(0, 255), bytes, Buffer.of(254)]), "it is"],
    ["in a JSON line", JSON.stringify({ a: { b: secret } }), "JSON"],
    ["in JSON of ASCII only", '{"a":"Pl4nt"\\u00e9/\\u00fc%"}', "JSON"],
    [
      "in escapes only",
      secret.replaceAll(/[^]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
      "\\u escapes",
    ],
    ["behind a user name in base64", btoa(`a:${bytes.toString("latin1")}`), "base64"],
    ["in base64 of a longer text", Buffer.from(`ab:${secret}!`).toString("base64"), "base64"],
    ["in base64 for URLs", Buffer.from(`abc:${secret}`).toString("base64url"), "base64"],
    ["in a URL", new URL(`http://h/?q=${encodeURIComponent(secret)}`).href, "percent escapes"],
    ["in a URL, every byte", hex.replaceAll(/../g, "%$&"), "percent escapes"],
    ["in hex", `\\x${hex.toUpperCase()}`, "hex"],
    ["in what Node shows of bytes", inspect(bytes), "hex"],
    ["in bytes as JSON", JSON.stringify(bytes), "numbers"],
    ["in what Node shows of an array", inspect([...bytes], { breakLength: Infinity }), "numbers"],
    ["in UTF-16", Buffer.from(`a${secret}`, "utf16le"), "UTF-16"],
  ])("finds one %s", (_, haystack, form) => {
    expect(findNeedles(haystack, needles)).toContain(`the password as ${form}`);
  });

  it("finds nothing where there is nothing, or only a part", () => {
    expect(findNeedles("", needles)).toEqual([]);
    expect(findNeedles(`${secret.slice(0, -1)} ${hex.slice(2)} ${btoa("Pl4nt")}`, needles)).toEqual(
      [],
    );
  });

  it("takes no needle that turns up by chance", () => {
    expect(() => findNeedles("", [{ name: "short", secret: "12345" }])).toThrow(RangeError);
  });
});
