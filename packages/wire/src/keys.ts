import { lint, type Lint } from "./lint.ts";

/** As many keys are remembered: then chance repeats one in no more than 256 of 2^32 frames. */
const remembered = 256;
/** Keys that go up or down by at most this much each are counted, not drawn. */
const step = 256;
/** As many equal steps in a row; chance makes them in 1 of 2^87. */
const steps = 3;

/** Looks at the masking keys of one direction (RFC 6455 sections 5.3 and 10.3). */
export function createKeyWatch(): (key: Uint8Array) => readonly Lint[] {
  const recent = new Set<number>();
  let last: number | undefined;
  let delta = 0;
  let same = 0;
  return (bytes) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    const key = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    const found: Lint[] = [];
    if (key === 0) found.push(lint("predictable-key", "it is zero, so the payload is not masked"));
    else if (recent.has(key)) found.push(lint("repeated-key"));
    if (last !== undefined) {
      const now = (key - last) | 0;
      same = now === delta && now !== 0 && Math.abs(now) <= step ? same + 1 : 0;
      delta = now;
      if (same >= steps - 1) found.push(lint("predictable-key", "it is the last one, counted on"));
    }
    last = key;
    recent.delete(key);
    recent.add(key);
    if (recent.size > remembered) {
      const [oldest] = recent;
      if (oldest !== undefined) recent.delete(oldest);
    }
    return found;
  };
}
