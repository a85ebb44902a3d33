import { decodeClientMessage, encodeMessage } from "@wsecho/protocol";
import { describe, expect, it } from "vitest";
import { echoBegin, echoOffset, submitId } from "../../src/submit-bytes.ts";

/** What the machine would answer; `undefined` where it would not answer with an echo. */
function byTheBook(bytes: Buffer): Buffer | undefined {
  const decoded = decodeClientMessage(bytes.toString());
  if (!decoded.ok || decoded.value.type !== "submit") return undefined;
  const { id, text } = decoded.value;
  return Buffer.from(encodeMessage({ type: "echo", id, text }));
}

const quickly = (bytes: Buffer): Buffer => Buffer.concat([echoBegin, bytes.subarray(echoOffset)]);

/** Each side of the length from which four bytes are looked at at once, at every alignment. */
const paddings = [0, 1, 2, 3, 300, 301, 302, 303];

describe("submitId", () => {
  it("takes what JSON.stringify writes", () => {
    for (const id of [1, 7, 10, 2 ** 31, 2 ** 32 + 1, 999_999_999_999_999])
      for (const text of ["", "x", "é€😀", '"\\\b\f\n\r\t', "\u2028\ufeff\u007f", "x".repeat(1e5)])
        expect(submitId(Buffer.from(JSON.stringify({ type: "submit", id, text })))).toBe(id);
  });

  it("takes nothing that the machine would answer otherwise, for any byte in the text", () => {
    let taken = 0;
    for (const padding of paddings)
      for (const behind of [0, 1, 2, 3, 9])
        for (let byte = 0; byte < 128; byte++) {
          const text = "x".repeat(padding) + String.fromCharCode(byte) + "z".repeat(behind);
          const bytes = Buffer.from(`{"type":"submit","id":5,"text":"${text}"}`);
          if (submitId(bytes) === 0) continue;
          taken += 1;
          expect(byTheBook(bytes), `byte ${byte} behind ${padding}`).toEqual(quickly(bytes));
        }
    // All but the controls, the quote and the backslash.
    expect(taken).toBe(paddings.length * 5 * (128 - 32 - 2));
  });

  it("takes nothing that the machine would answer otherwise, for any escape", () => {
    let taken = 0;
    for (const padding of paddings)
      for (const behind of [0, 1, 5])
        for (let byte = 0; byte < 128; byte++) {
          const text = `${"x".repeat(padding)}\\${String.fromCharCode(byte)}${"0".repeat(behind)}`;
          const bytes = Buffer.from(`{"type":"submit","id":5,"text":"${text}"}`);
          if (submitId(bytes) === 0) continue;
          taken += 1;
          expect(byTheBook(bytes), `\\${byte} behind ${padding}`).toEqual(quickly(bytes));
        }
    expect(taken).toBe(paddings.length * 3 * '"\\bfnrt'.length);
  });

  it("takes nothing that the machine would answer otherwise, for any byte changed or left out", () => {
    const submit = Buffer.from(JSON.stringify({ type: "submit", id: 120, text: 'a"b' }));
    for (let at = 0; at < submit.length; at++)
      for (let byte = -1; byte < 128; byte++) {
        const bytes = Buffer.concat([
          submit.subarray(0, at),
          byte < 0 ? Buffer.alloc(0) : Buffer.from([byte]),
          submit.subarray(at + 1),
        ]);
        if (submitId(bytes) === 0) continue;
        expect(byTheBook(bytes), bytes.toString()).toEqual(quickly(bytes));
      }
  });
});
