import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  decodeBase64,
  encodeBase64,
  formatClientFinal,
  formatClientFirst,
  formatServerFinal,
  formatServerFirst,
  formatVerifier,
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
  parseVerifier,
  preparePassword,
  prepareUsername,
  scramErrors,
  startScramClient,
  startScramServer,
  type ScramServer,
  type ScramVerifier,
} from "../../src/scram/index.ts";
import { cheapVerifier, codeOf, crypto, nodeCrypto, rfc7677, valueOf } from "./support.ts";

const printable = Array.from({ length: 0x5e }, (_, i) => String.fromCharCode(0x21 + i)).filter(
  (character) => character !== ",",
);
const nonce = fc
  .array(fc.constantFrom(...printable), { minLength: 16, maxLength: 64 })
  .map((characters) => characters.join(""));
const salt = fc.uint8Array({ minLength: 1, maxLength: 64 });
const iterations = fc.integer({ min: 1, max: 10_000_000 });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const user = text.filter((text) => prepareUsername(text).ok);
const password = text.filter((text) => preparePassword(text).ok);

describe("what is formatted is parsed back", () => {
  it("as client-first", () => {
    const name = text.filter((text) => !text.includes("\0"));
    const awkward = fc.array(fc.constantFrom("=", ",", "2C", "3D", "a"), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.oneof(
          name,
          awkward.map((a) => a.join("")),
        ),
        nonce,
        (user, nonce) => {
          const message = formatClientFirst({ user, nonce });
          const bare = message.slice(3);
          expect(parseClientFirst(message)).toEqual({ ok: true, value: { user, nonce, bare } });
        },
      ),
    );
  });

  it("as server-first", () => {
    fc.assert(
      fc.property(fc.record({ nonce, salt, iterations }), (value) => {
        expect(parseServerFirst(formatServerFirst(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it("as client-final", () => {
    fc.assert(
      fc.property(nonce, key, (nonce, proof) => {
        const value = valueOf(parseClientFinal(formatClientFinal(nonce, proof)));
        const withoutProof = `c=biws,r=${nonce}`;
        expect(value).toEqual({ channelBinding: "biws", nonce, proof, withoutProof });
      }),
    );
  });

  it("as server-final", () => {
    const reason = text.filter((text) => !text.includes("\0") && !text.includes(","));
    const message = fc.oneof(
      fc.record({ kind: fc.constant("signed" as const), signature: key }),
      fc.record({ kind: fc.constant("refused" as const), reason }),
    );
    fc.assert(
      fc.property(message, (value) => {
        expect(parseServerFinal(formatServerFinal(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it("as a stored verifier", () => {
    const verifier = fc.record({ salt, iterations, storedKey: key, serverKey: key });
    fc.assert(
      fc.property(verifier, (value) => {
        expect(parseVerifier(formatVerifier(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe("arbitrary text", () => {
  const { clientFirst, serverFirst, clientFinal, serverFinal, verifier } = rfc7677;
  const good = fc.constantFrom(clientFirst, serverFirst, clientFinal, serverFinal, verifier);
  const damaged = fc
    .tuple(good, fc.nat(), fc.nat(5), fc.string({ unit: "binary", maxLength: 3 }))
    .map(([text, at, cut, put]) => {
      const index = at % text.length;
      return text.slice(0, index) + put + text.slice(index + cut);
    });
  const anything = fc.oneof(fc.string({ unit: "binary" }), damaged, fc.string({ maxLength: 9000 }));

  it("never makes a parser throw, and no error repeats it", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const parsers = [parseClientFirst, parseServerFirst, parseClientFinal, parseServerFinal];
        for (const parse of [...parsers, parseVerifier, prepareUsername, preparePassword]) {
          const result: ReturnType<typeof parse> = parse(text);
          if (result.ok) {
            // Bounded: nothing comes out that is larger than what may come in.
            expect(JSON.stringify(result.value).length).toBeLessThan(40_000);
          } else {
            expect(result.error).toEqual({
              code: result.error.code,
              message: scramErrors[result.error.code],
            });
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("never makes a started exchange throw", async () => {
    const options = { user: "user", password: "pencil", maxIterations: 10, minIterations: 1 };
    const known = await cheapVerifier("pencil");
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const nonce = rfc7677.clientNonce;
        const client = valueOf(startScramClient({ crypto: nodeCrypto, nonce, ...options }));
        const serverNonce = rfc7677.serverNonce;
        await client.answer(text);
        client.verify(text);
        const started = startScramServer({ crypto: nodeCrypto, serverNonce, clientFirst: text });
        const clientFirst = started.ok ? text : rfc7677.clientFirst;
        const server = valueOf(startScramServer({ crypto: nodeCrypto, serverNonce, clientFirst }));
        valueOf(server.challenge(known, true));
        expect((await server.finish(text)).ok).toBe(false);
      }),
    );
  });
});

/** Both sides up to the proof. */
async function proved(names: {
  readonly user: string;
  readonly password: string;
  readonly nonces: readonly [string, string];
  readonly verifier: ScramVerifier;
}) {
  const [nonce, serverNonce] = names.nonces;
  const { user, password, verifier } = names;
  const limits = { maxIterations: 10, minIterations: 1 };
  const client = valueOf(startScramClient({ crypto, user, password, nonce, ...limits }));
  const { clientFirst } = client;
  const start = (): ScramServer => {
    const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
    valueOf(server.challenge(verifier, true));
    return server;
  };
  const first = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
  const { serverFirst } = valueOf(first.challenge(verifier, true));
  const { clientFinal } = valueOf(await client.answer(serverFirst));
  return { client, clientFinal, start };
}

describe("client and server", () => {
  it("agree for every name and password", async () => {
    const nonces = fc.tuple(nonce, nonce);
    await fc.assert(
      fc.asyncProperty(user, password, nonces, fc.nat(9), async (user, password, nonces, more) => {
        const verifier = await cheapVerifier(password, 1 + more);
        const { client, clientFinal, start } = await proved({ user, password, nonces, verifier });
        const verdict = valueOf(await start().finish(clientFinal));
        expect(verdict.user).toBe(valueOf(prepareUsername(user)));
        expect(client.verify(verdict.serverFinal)).toEqual({
          ok: true,
          value: { user: verdict.user },
        });
      }),
      { numRuns: 60 },
    );
  });

  it("disagree for every other password", async () => {
    const nonces = [rfc7677.clientNonce, rfc7677.serverNonce] as const;
    await fc.assert(
      fc.asyncProperty(password, password, async (stored, typed) => {
        fc.pre(valueOf(preparePassword(stored)) !== valueOf(preparePassword(typed)));
        const verifier = await cheapVerifier(stored);
        const { clientFinal, start } = await proved({
          user: "user",
          password: typed,
          nonces,
          verifier,
        });
        expect(codeOf(await start().finish(clientFinal))).toBe("invalid-proof");
      }),
      { numRuns: 60 },
    );
  });

  it("disagree after any one bit of the proof or signature changes", async () => {
    const verifier = await cheapVerifier("pencil");
    const nonces = [rfc7677.clientNonce, rfc7677.serverNonce] as const;
    const names = { user: "user", password: "pencil", nonces, verifier };
    const { clientFinal, start } = await proved(names);
    const { serverFinal } = valueOf(await start().finish(clientFinal));
    const at = clientFinal.indexOf(",p=") + 3;
    for (let bit = 0; bit < 256; bit++) {
      const altered = clientFinal.slice(0, at) + flipBit(clientFinal.slice(at), bit);
      expect(codeOf(await start().finish(altered))).toBe("invalid-proof");
      const { client } = await proved(names);
      const signature = `v=${flipBit(serverFinal.slice(2), bit)}`;
      expect(codeOf(client.verify(signature))).toBe("server-signature-wrong");
    }
  });
});

function flipBit(base64: string, bit: number): string {
  const bytes = decodeBase64(base64) ?? new Uint8Array();
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return encodeBase64(bytes);
}
