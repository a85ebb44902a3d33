import { randomBytes, randomInt } from "node:crypto";

/** A text as a string, a binary message as bytes. */
export type Payload = string | Buffer;

const alphabets = ["x", "aé漢😀", '"\\\u0000\n{}', "your submit context: "] as const;

let count = 0;

/** Never the same twice, mostly small. @param maxBytes of the largest, roughly */
export function newPayload(maxBytes = 64 * 1024): Payload {
  const size = sizeOf(maxBytes);
  count += 1;
  const mark = `${count} ${randomBytes(6).toString("base64")} `;
  if (randomInt(4) === 0) return Buffer.concat([Buffer.from(mark), randomBytes(size)]);
  const alphabet = alphabets[randomInt(alphabets.length)] ?? "x";
  return mark + alphabet.repeat(Math.ceil(size / Buffer.byteLength(alphabet)));
}

function sizeOf(maxBytes: number): number {
  const kind = randomInt(100);
  const bound = kind < 80 ? 64 : kind < 97 ? 2048 : maxBytes;
  return randomInt(Math.min(bound, maxBytes) + 1);
}
