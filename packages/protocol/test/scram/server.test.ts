import { describe, expect, it } from "vitest";
import {
  checkPassword,
  fakeVerifier,
  startScramServer,
  type ScramErrorCode,
} from "../../src/scram/index.ts";
import {
  bytes,
  challengedServer,
  codeOf,
  crypto,
  rfc7677,
  rfcVerifier,
  valueOf,
} from "./support.ts";

const { clientNonce, serverNonce, clientFirst, clientFinal } = rfc7677;
const proof = clientFinal.slice(clientFinal.indexOf(",p=") + 3);
const nonce = clientNonce + serverNonce;
const secret = new Uint8Array(32).fill(9);

describe("the server", () => {
  it.each<[string, string, ScramErrorCode]>([
    ["another nonce", `c=biws,r=x${nonce.slice(1)},p=${proof}`, "nonce-mismatch"],
    ["the client's nonce alone", `c=biws,r=${clientNonce},p=${proof}`, "nonce-mismatch"],
    ["a longer nonce", `c=biws,r=${nonce}x,p=${proof}`, "nonce-mismatch"],
    ["the header y,,", `c=eSws,r=${nonce},p=${proof}`, "channel-binding-mismatch"],
    ["an empty channel binding", `c=,r=${nonce},p=${proof}`, "channel-binding-mismatch"],
    ["bound data", `c=biwsYWJj,r=${nonce},p=${proof}`, "channel-binding-mismatch"],
    ["an empty proof", `c=biws,r=${nonce},p=`, "invalid-proof"],
    ["a short proof", `c=biws,r=${nonce},p=AAAA`, "invalid-proof"],
    ["a long proof", `c=biws,r=${nonce},p=AAAA${proof}`, "invalid-proof"],
    ["a proof of zeros", `c=biws,r=${nonce},p=${"A".repeat(43)}=`, "invalid-proof"],
    ["an added extension", `c=biws,r=${nonce},x=y,p=${proof}`, "invalid-proof"],
    ["a mandatory extension", `c=biws,r=${nonce},m=x,p=${proof}`, "extension-unsupported"],
    ["a cut message", clientFinal.slice(0, 30), "malformed"],
    ["nothing", "", "malformed"],
  ])("refuses %s, and the good proof after it", async (_name, final, code) => {
    const server = challengedServer();
    expect(codeOf(await server.finish(final))).toBe(code);
    expect(codeOf(await server.finish(clientFinal))).toBe("out-of-order");
  });

  it.each([
    ["iterations", { ...rfcVerifier, iterations: 4097 }],
    ["salt", { ...rfcVerifier, salt: new Uint8Array(16) }],
    ["stored key", { ...rfcVerifier, storedKey: new Uint8Array(32) }],
  ])("refuses a proof for other %s", async (_name, verifier) => {
    const server = challengedServer(true, verifier);
    expect(codeOf(await server.finish(clientFinal))).toBe("invalid-proof");
  });

  it("refuses steps out of order and a replay on the same object", async () => {
    const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
    expect(codeOf(await server.finish(clientFinal))).toBe("out-of-order");
    valueOf(server.challenge(rfcVerifier, true));
    expect(codeOf(server.challenge(rfcVerifier, true))).toBe("out-of-order");
    const both = await Promise.all([server.finish(clientFinal), server.finish(clientFinal)]);
    expect(both.map(codeOf)).toEqual(["accepted", "out-of-order"]);
    expect(codeOf(await server.finish(clientFinal))).toBe("out-of-order");
  });

  it("refuses a replay on another object, whose nonce is another", async () => {
    const server = valueOf(
      startScramServer({ crypto, serverNonce: "another-server-nonce", clientFirst }),
    );
    valueOf(server.challenge(rfcVerifier, true));
    expect(codeOf(await server.finish(clientFinal))).toBe("nonce-mismatch");
  });

  it("prepares the name", () => {
    const decomposed = clientFirst.replace("n=user", "n=cafe\u0301");
    const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst: decomposed }));
    expect(server.user).toBe("caf\u00e9");
    const colon = clientFirst.replace("n=user", "n=a:b");
    const refused = startScramServer({ crypto, serverNonce, clientFirst: colon });
    expect(codeOf(refused)).toBe("username-colon");
  });

  it.each(["", "tooshort", "with,comma,in,the,nonce"])("throws for the nonce %j", (serverNonce) => {
    expect(() => startScramServer({ crypto, serverNonce, clientFirst })).toThrow(RangeError);
  });

  it("throws for a verifier that no store can hold", () => {
    const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
    expect(() => server.challenge({ ...rfcVerifier, iterations: 0.5 }, true)).toThrow(RangeError);
  });
});

describe("an unknown user", () => {
  it("gets the same salt every time, and nobody else's", async () => {
    const [first, again, other, elsewhere] = await Promise.all([
      fakeVerifier(crypto, secret, "nobody", 4096),
      fakeVerifier(crypto, secret, "nobody", 4096),
      fakeVerifier(crypto, secret, "somebody", 4096),
      fakeVerifier(crypto, bytes("AAAAAAAAAAAAAAAAAAAAAAA="), "nobody", 4096),
    ]);
    expect(again).toEqual(first);
    expect(other.salt).not.toEqual(first.salt);
    expect(elsewhere.salt).not.toEqual(first.salt);
  });

  it("gets challenges of the same shape as a known one", async () => {
    const fake = await fakeVerifier(crypto, secret, "user", rfcVerifier.iterations);
    const challenges = [rfcVerifier, fake].map((verifier) => {
      const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
      return valueOf(server.challenge(verifier, verifier !== fake)).serverFirst;
    });
    const shape = (text: string) => text.replaceAll(/[A-Za-z0-9+/]/g, "x");
    expect(shape(challenges[1] ?? "")).toBe(shape(challenges[0] ?? "-"));
  });

  it("fails with the error and the work of a wrong proof", async () => {
    const wrong = clientFinal.replace("p=d", "p=e");
    const runs = [];
    for (const known of [true, false]) {
      const calls: string[] = [];
      const counting = {
        ...crypto,
        hmac: (key: Uint8Array, data: Uint8Array) => {
          calls.push(`hmac ${key.length} ${data.length}`);
          return crypto.hmac(key, data);
        },
        hash: (data: Uint8Array) => {
          calls.push(`hash ${data.length}`);
          return crypto.hash(data);
        },
      };
      const server = valueOf(startScramServer({ crypto: counting, serverNonce, clientFirst }));
      const fake = await fakeVerifier(crypto, secret, "user", 4096);
      valueOf(server.challenge(known ? rfcVerifier : fake, known));
      runs.push({ verdict: await server.finish(wrong), calls });
    }
    expect(runs[0]?.verdict.ok).toBe(false);
    expect(runs[1]).toEqual(runs[0]);
  });

  it("fails even with a proof that fits", async () => {
    const server = challengedServer(false);
    expect(codeOf(await server.finish(clientFinal))).toBe("invalid-proof");
  });

  it("has no password", async () => {
    const fake = await fakeVerifier(crypto, secret, "nobody", 4096);
    for (const password of ["nobody", "", "123456", "\0"]) {
      expect(await checkPassword(crypto, fake, password)).toBe(false);
    }
  });

  it("throws for a secret that could be guessed, or iterations that nobody can do", async () => {
    await expect(fakeVerifier(crypto, new Uint8Array(15), "u", 4096)).rejects.toThrow(RangeError);
    await expect(fakeVerifier(crypto, secret, "u", 0)).rejects.toThrow(RangeError);
  });
});
