import { lint, type Lint } from "./lint.ts";

/** As many keys are remembered: then chance repeats one in no more than 256 of 2^32 frames. */
const remembered = 256;
/** Keys that go up or down by at most this much each are counted, not drawn. */
const step = 256;
/** As many equal steps in a row; chance makes them in 1 of 2^87. */
const steps = 3;

/**
 * Looks at the masking keys of one direction (RFC 6455 sections 5.3 and 10.3), and adds to `found`
 * what is wrong with one.
 */
export function createKeyWatch(): (key: Uint8Array, found: Lint[]) => void {
  // Two halves: the older one is forgotten when the younger one is full.
  let young = new Set<number>();
  let old = new Set<number>();
  let last: number | undefined;
  let delta = 0;
  let same = 0;
  return (bytes, found) => {
    // Signed, which is what the engine holds without an object.
    const key =
      ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    if (key === 0) found.push(lint("predictable-key", "it is zero, so the payload is not masked"));
    else if (young.has(key) || old.has(key)) found.push(lint("repeated-key"));
    if (last !== undefined) {
      const now = (key - last) | 0;
      same = now === delta && now !== 0 && Math.abs(now) <= step ? same + 1 : 0;
      delta = now;
      if (same >= steps - 1) found.push(lint("predictable-key", "it is the last one, counted on"));
    }
    last = key;
    young.add(key);
    if (young.size < remembered / 2) return;
    old = young;
    young = new Set();
  };
}
