import { describe, expect, it } from "vitest";
import { InputError, splitLines } from "../src/lines.ts";

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part));
}

async function lines(...parts: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  return Array.fromAsync(splitLines(chunks(...parts)));
}

describe("splitLines", () => {
  it("ends a line at a line feed only", async () => {
    expect(await lines("a\nb\r\nc\rd\n\n\u2028e\u0085\n")).toEqual([
      "a",
      "b\r",
      "c\rd",
      "",
      "\u2028e\u0085",
    ]);
  });

  it("counts a last line without a line feed, and no line after the last feed", async () => {
    expect(await lines("a\nb")).toEqual(["a", "b"]);
    expect(await lines("a\n")).toEqual(["a"]);
    expect(await lines()).toEqual([]);
    expect(await lines("\n")).toEqual([""]);
  });

  it("gives the same lines however the bytes are cut", async () => {
    const bytes = Buffer.from("你好\r\n🎉\n\nend");
    const whole = await lines(bytes);
    for (let size = 1; size <= bytes.length; size += 1) {
      const parts = [];
      for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
      expect(await lines(...parts)).toEqual(whole);
    }
    expect(whole).toEqual(["你好\r", "🎉", "", "end"]);
  });

  it("refuses what is not UTF-8, and names the line", async () => {
    const reading = splitLines(chunks("good\n", Uint8Array.of(0xc3), "\n", "good\n"));
    expect(await reading.next()).toEqual({ done: false, value: "good" });
    await expect(reading.next()).rejects.toThrow(InputError);
  });

  it("keeps no line that is too long", async () => {
    const reading = splitLines(chunks("12345678\n", "12345", "6789"), 8);
    expect((await reading.next()).value).toBe("12345678");
    await expect(reading.next()).rejects.toThrow("Line 2 of the input is longer than 8 bytes");
  });

  it("takes the next bytes only when a line is wanted", async () => {
    let taken = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken += 1;
        yield await Promise.resolve(Buffer.from("line\n"));
      }
    }
    const reading = splitLines(counted());
    await reading.next();
    await reading.next();
    expect(taken).toBe(2);
  });
});
