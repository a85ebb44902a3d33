import { describe, expect, it } from "vitest";
import {
  createVerifier,
  fakeVerifier,
  formatVerifier,
  parseVerifier,
  checkPassword,
} from "../../src/scram/index.ts";
import { bytes, cheapVerifier, codeOf, crypto, rfc7677, scramVectors, valueOf } from "./support.ts";

const salt = new Uint8Array(16);

describe("a verifier", () => {
  it("survives being stored", () => {
    expect(formatVerifier(valueOf(parseVerifier(rfc7677.verifier)))).toBe(rfc7677.verifier);
  });

  it.each(scramVectors.refused.verifier)("is not read from $name", ({ text, code }) => {
    expect(codeOf(parseVerifier(text))).toBe(code);
  });

  it.each(scramVectors.fakeVerifiers)("is made up for $user as the vectors say", async (vector) => {
    const { user, iterations } = vector;
    const fake = await fakeVerifier(crypto, bytes(vector.serverSecret), user, iterations);
    expect(formatVerifier(fake)).toBe(vector.verifier);
  });

  it("fits composed and decomposed spellings alike", async () => {
    const verifier = await cheapVerifier("pa\u0308ss\u00a0wort");
    expect(await checkPassword(crypto, verifier, "p\u00e4ss wort")).toBe(true);
    expect(await checkPassword(crypto, verifier, "pass wort")).toBe(false);
    expect(await checkPassword(crypto, verifier, "p\u00e4ss wort\n")).toBe(false);
  });

  it("keeps its own copy of the salt", async () => {
    const own = new Uint8Array(16);
    const options = { salt: own, iterations: 1, minIterations: 1 };
    const verifier = valueOf(await createVerifier(crypto, "pencil", options));
    own.fill(1);
    expect(verifier.salt).toEqual(salt);
  });

  it("is not made for a password that cannot be prepared", async () => {
    const made = await createVerifier(crypto, "tab\there", { salt, iterations: 4096 });
    expect(codeOf(made)).toBe("password-character");
  });

  it.each([
    { salt: new Uint8Array(15), iterations: 4096 },
    { salt: new Uint8Array(65), iterations: 4096 },
    { salt, iterations: 4095 },
    { salt, iterations: 4096.5 },
    { salt, iterations: 10_000_001 },
  ])("is not made with $iterations iterations and the salt $salt", async (options) => {
    await expect(createVerifier(crypto, "pencil", options)).rejects.toThrow(RangeError);
  });
});
