import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { crypto, nodeCrypto } from "./support.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

describe("webScramCrypto", () => {
  it("agrees with node:crypto", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, bytes, fc.integer({ min: 1, max: 50 }), async (a, b, iterations) => {
        expect(await crypto.pbkdf2(a, b, iterations)).toEqual(
          await nodeCrypto.pbkdf2(a, b, iterations),
        );
        expect(await crypto.hmac(a, b)).toEqual(await nodeCrypto.hmac(a, b));
        expect(await crypto.hash(a)).toEqual(await nodeCrypto.hash(a));
      }),
    );
  });

  it("takes views of other memory, shared memory too", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(64)).fill(5);
    const view = new Uint8Array(64).fill(5).subarray(8, 40);
    expect(await crypto.hash(shared)).toEqual(await nodeCrypto.hash(shared));
    expect(await crypto.hash(view)).toEqual(await nodeCrypto.hash(view));
    expect(await crypto.pbkdf2(shared, view, 2)).toEqual(await nodeCrypto.pbkdf2(shared, view, 2));
    expect(await crypto.hmac(view, shared)).toEqual(await nodeCrypto.hmac(view, shared));
  });
});
