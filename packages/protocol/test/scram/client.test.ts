import { describe, expect, it } from "vitest";
import { startScramClient, type ScramErrorCode } from "../../src/scram/index.ts";
import { codeOf, crypto, rfc7677, rfcClient, valueOf } from "./support.ts";

const { clientNonce, serverNonce, salt, serverFirst, serverFinal } = rfc7677;
const nonce = clientNonce + serverNonce;

describe("the client", () => {
  it.each<[string, string, ScramErrorCode]>([
    ["another nonce", `r=x${nonce.slice(1)},s=${salt},i=4096`, "nonce-mismatch"],
    ["a nonce that lost a character", `r=${nonce.slice(1)},s=${salt},i=4096`, "nonce-mismatch"],
    ["its own nonce alone", `r=${clientNonce},s=${salt},i=4096`, "nonce-mismatch"],
    ["a part of its own nonce", `r=${clientNonce.slice(0, 8)},s=${salt},i=4096`, "nonce-mismatch"],
    ["too few iterations", `r=${nonce},s=${salt},i=4095`, "iterations-too-few"],
    ["an iteration bomb", `r=${nonce},s=${salt},i=100001`, "iterations-too-many"],
    ["an error instead of a challenge", "e=unknown-user", "malformed"],
    ["a mandatory extension", `m=x,${serverFirst}`, "extension-unsupported"],
  ])("does not answer %s", async (_name, challenge, code) => {
    const client = rfcClient();
    expect(codeOf(await client.answer(challenge))).toBe(code);
    // The login is over, a good challenge revives nothing.
    expect(codeOf(await client.answer(serverFirst))).toBe("out-of-order");
    expect(codeOf(client.verify(serverFinal))).toBe("out-of-order");
  });

  it("spends no time on an iteration bomb", async () => {
    let derived = 0;
    const pbkdf2 = () => {
      derived += 1;
      return Promise.reject(new Error("not to be called"));
    };
    const client = rfcClient({ crypto: { ...crypto, pbkdf2 } });
    await client.answer(`r=${nonce},s=${salt},i=9999999`);
    expect(derived).toBe(0);
  });

  it("refuses more iterations than any caller may allow", async () => {
    const client = rfcClient({ maxIterations: Infinity });
    const bomb = `r=${nonce},s=${salt},i=10000001`;
    expect(codeOf(await client.answer(bomb))).toBe("iterations-too-many");
  });

  it.each([
    ["of altered iterations", `r=${nonce},s=${salt},i=4097`],
    ["of an altered salt", `r=${nonce},s=AAAAAAAAAAAAAAAAAAAAAA==,i=4096`],
    ["of an added extension", `${serverFirst},x=y`],
  ])("does not believe a server that knows nothing %s", async (_name, altered) => {
    const client = rfcClient();
    valueOf(await client.answer(altered));
    expect(codeOf(client.verify(serverFinal))).toBe("server-signature-wrong");
  });

  it.each<[string, string | undefined, ScramErrorCode]>([
    ["no final message", undefined, "server-signature-missing"],
    ["an empty final message", "", "server-signature-missing"],
    ["a final message without a signature", "x=y", "server-signature-missing"],
    ["a wrong signature", serverFinal.replace("v=6", "v=7"), "server-signature-wrong"],
    ["an empty signature", "v=", "server-signature-wrong"],
    ["a cut signature", serverFinal.slice(0, 10), "server-signature-wrong"],
    ["a signature that is not base64", "v=a", "bad-base64"],
    ["an error", "e=invalid-proof", "server-refused"],
    ["an error with a good signature behind it", `e=x,${serverFinal}`, "malformed"],
  ])("does not believe %s", async (_name, final, code) => {
    const client = rfcClient();
    valueOf(await client.answer(serverFirst));
    expect(codeOf(client.verify(final))).toBe(code);
    expect(codeOf(client.verify(serverFinal))).toBe("out-of-order");
  });

  it("refuses steps out of order", async () => {
    const client = rfcClient();
    expect(codeOf(client.verify(serverFinal))).toBe("out-of-order");
    const answering = client.answer(serverFirst);
    expect(codeOf(await client.answer(serverFirst))).toBe("out-of-order");
    expect(codeOf(client.verify(serverFinal))).toBe("out-of-order");
    valueOf(await answering);
    expect(codeOf(await client.answer(serverFirst))).toBe("out-of-order");
    valueOf(client.verify(serverFinal));
    expect(codeOf(client.verify(serverFinal))).toBe("out-of-order");
  });

  it("refuses names and passwords that cannot be prepared", () => {
    const options = { crypto, user: "user", password: "pencil", nonce, maxIterations: 4096 };
    expect(codeOf(startScramClient({ ...options, user: "a:b" }))).toBe("username-colon");
    expect(codeOf(startScramClient({ ...options, password: "" }))).toBe("password-empty");
  });

  it.each(["", "tooshort", "with,comma,in,the,nonce", "x".repeat(257), "ünprintable-nonce-here"])(
    "throws for the nonce %j",
    (nonce) => {
      expect(() => rfcClient({ nonce })).toThrow(RangeError);
    },
  );

  it.each([
    { maxIterations: 4095 },
    { maxIterations: NaN },
    { minIterations: 0 },
    { minIterations: 5000, maxIterations: 4999 },
  ])("throws for the limits %j", (limits) => {
    expect(() => rfcClient(limits)).toThrow(RangeError);
  });
});
