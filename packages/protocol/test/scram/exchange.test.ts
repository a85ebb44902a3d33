import { describe, expect, it } from "vitest";
import {
  checkPassword,
  createVerifier,
  formatVerifier,
  parseVerifier,
  startScramClient,
  startScramServer,
} from "../../src/scram/index.ts";
import { bytes, crypto, nodeCrypto, scramVectors, valueOf } from "./support.ts";

describe.each([
  ["WebCrypto", crypto],
  ["node:crypto", nodeCrypto],
])("with %s", (_name, crypto) => {
  describe.each(scramVectors.exchanges)("$name", (vector) => {
    const { user, password, clientNonce, serverNonce, iterations } = vector;
    const salt = bytes(vector.salt);

    it("gives the client's messages", async () => {
      const options = { crypto, user, password, nonce: clientNonce, maxIterations: 4096 };
      const client = valueOf(startScramClient(options));
      expect(client.clientFirst).toBe(vector.clientFirst);
      const { clientFinal } = valueOf(await client.answer(vector.serverFirst));
      expect(clientFinal).toBe(vector.clientFinal);
      expect(client.verify(vector.serverFinal)).toEqual({ ok: true, value: { user } });
    });

    it("gives the server's messages", async () => {
      const { clientFirst } = vector;
      const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
      expect(server.user).toBe(user);
      const verifier = valueOf(parseVerifier(vector.verifier));
      const { serverFirst } = valueOf(server.challenge(verifier, true));
      expect(serverFirst).toBe(vector.serverFirst);
      const verdict = await server.finish(vector.clientFinal);
      expect(verdict).toEqual({ ok: true, value: { user, serverFinal: vector.serverFinal } });
    });

    it("gives the stored verifier, which the password fits", async () => {
      const verifier = valueOf(await createVerifier(crypto, password, { salt, iterations }));
      expect(formatVerifier(verifier)).toBe(vector.verifier);
      expect(await checkPassword(crypto, verifier, password)).toBe(true);
      expect(await checkPassword(crypto, verifier, `${password}.`)).toBe(false);
    });
  });
});
