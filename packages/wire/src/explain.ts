import { createDecoder } from "./decoder.ts";
import type { WireRecord } from "./records.ts";
import { failure, success, type Result } from "./result.ts";

/**
 * Reads bytes as people copy them: `81 85 37`, `818537`, `0x81, 0x85`, `\x81\x85`, `81:85`, or the
 * lines of a hex dump with its offsets and its text.
 *
 * @returns the bytes, or what is wrong and where
 */
export function parseBytes(text: string): Result<Uint8Array, string> {
  const bytes: number[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    // A dump's offset stands before, its text two blanks behind the bytes.
    const dump =
      /^\s*[\da-f]{4,8}:?\s{1,2}((?:[\da-f]{2,4}\s{1,2})*[\da-f]{2,4})(?:\s{2,}.*)?$/i.exec(line);
    const isDump = dump !== null && text.includes("\n");
    const shown = (isDump ? (dump[1] ?? "") : line).replaceAll(/0x|\\x|[\s,:;{}[\]"'()-]+/gi, " ");
    for (const word of shown.split(" ").filter((part) => part !== "")) {
      if (!/^[\da-f]+$/i.test(word))
        return failure(`line ${i + 1}: not hex digits; give bytes like 81 85 37 fa`);
      // A digit alone is a byte where digits are set apart.
      const padded = word.length === 1 ? `0${word}` : word;
      if (padded.length % 2 !== 0)
        return failure(`line ${i + 1}: an odd number of hex digits; a byte has two`);
      for (let at = 0; at < padded.length; at += 2)
        bytes.push(Number.parseInt(padded.slice(at, at + 2), 16));
    }
  }
  return bytes.length === 0
    ? failure("no bytes; give some like 81 85 37 fa")
    : success(Uint8Array.from(bytes));
}

/**
 * What bytes without a capture are: the frames of one direction, or a handshake. Who sent them
 * shows by the MASK bit.
 */
export function explain(bytes: Uint8Array): readonly WireRecord[] {
  const records: WireRecord[] = [];
  const letters = /^[A-Z]{3}/.test(String.fromCharCode(...bytes.subarray(0, 3)));
  const fromServer = letters ? bytes[0] === 0x48 && bytes[4] === 0x2f : (bytes[1] ?? 0) < 128;
  const decoder = createDecoder({
    emit: (record) => records.push(record),
    start: letters ? "handshake" : "frames",
  });
  decoder.push(fromServer ? "s2c" : "c2s", bytes, 0);
  // That a few bytes are no whole connection is no news.
  decoder.stop(0);
  return records;
}
