import { startScramClient } from "@wsecho/protocol/scram";
import { describe, expect, it } from "vitest";
import { createNonce, loadScramCrypto } from "../src/crypto.ts";
import { nobleScramCrypto } from "../src/noble.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("SCRAM's functions", () => {
  it("come from WebCrypto where there is one", async () => {
    const loaded = await loadScramCrypto();
    expect(loaded).not.toBe(nobleScramCrypto);
    expect(await loaded.hash(bytes("x"))).toHaveLength(32);
  });

  it("come from the fallback where there is none, as on pages on http://", async () => {
    expect(await loadScramCrypto({})).toBe(nobleScramCrypto);
  });

  for (const [name, source] of [
    ["WebCrypto", crypto],
    ["the fallback", {}],
  ] as const) {
    it(`reproduce the exchange of RFC 7677 section 3 with ${name}`, async () => {
      const client = startScramClient({
        crypto: await loadScramCrypto(source),
        user: "user",
        password: "pencil",
        nonce: "rOprNGfwEbeRWgbNEkqO",
        maxIterations: 4096,
      });
      if (!client.ok) throw new Error(client.error.message);
      const answer = await client.value.answer(
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      );
      expect(answer).toMatchObject({
        ok: true,
        value: {
          clientFinal:
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        },
      });
      expect(client.value.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).toMatchObject({
        ok: true,
      });
    });
  }

  it("never change their arguments", async () => {
    for (const source of [crypto, {}]) {
      const loaded = await loadScramCrypto(source);
      const [a, b] = [bytes("password"), bytes("salt")];
      await Promise.all([loaded.pbkdf2(a, b, 2), loaded.hmac(a, b), loaded.hash(a)]);
      expect([a, b]).toEqual([bytes("password"), bytes("salt")]);
    }
  });
});

it("nonces are printable, without a comma, and never the same", () => {
  const nonces = Array.from({ length: 1000 }, createNonce);
  for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
  expect(new Set(nonces).size).toBe(1000);
});
