import { randomBytes, webcrypto } from "node:crypto";
import {
  parseServerFirst,
  startScramClient,
  webScramCrypto,
  type ScramClient,
} from "@wsecho/protocol/scram";
import { spoil, type Tamper } from "@wsecho/protocol/vectors";
import { Mismatch } from "./failure.ts";

const crypto = webScramCrypto(webcrypto.subtle);

/** More than any server should ask of its users, and still seconds, not hours. */
const maxIterations = 10_000_000;

/** The logins of one vector: each exchange is real, and the servers' nonces are compared. */
export interface Exchanges {
  /** The client-first message of a new exchange. */
  readonly start: (user: string, password: string) => string;
  /** Checks a server-first message and prepares the answer. */
  readonly take: (serverFirst: string, salt: string | undefined) => Promise<void>;
  /** The client-final message, spoilt as asked. */
  readonly answer: (tamper: Tamper | undefined) => string;
  /** Throws Mismatch where the server-final message does not prove the server. */
  readonly verify: (serverFinal: string | undefined) => void;
}

export function createExchanges(): Exchanges {
  const salts = new Map<string, string>();
  const nonces = new Set<string>();
  let nonce = "";
  let scram: ScramClient | undefined;
  let clientFinal = "";

  return {
    start: (user, password) => {
      nonce = randomBytes(18).toString("base64");
      const started = startScramClient({ crypto, user, password, nonce, maxIterations });
      if (!started.ok) throw new Error(started.error.message);
      scram = started.value;
      return scram.clientFirst;
    },
    take: async (serverFirst, salt) => {
      const first = parseServerFirst(serverFirst);
      if (!first.ok) throw new Mismatch("a server-first message of SCRAM", first.error.message);
      const part = first.value.nonce.slice(nonce.length);
      if (nonces.has(part))
        throw new Mismatch("a fresh nonce for each exchange", "one that was used before");
      nonces.add(part);
      const seen = Buffer.from(first.value.salt).toString("base64");
      if (salt !== undefined && (salts.get(salt) ?? seen) !== seen)
        throw new Mismatch("the same salt as before for this user", "another one");
      if (salt !== undefined) salts.set(salt, seen);
      const answered = await scram?.answer(serverFirst);
      if (answered?.ok !== true)
        throw new Mismatch("a challenge that may be answered", answered?.error.message ?? "none");
      clientFinal = answered.value.clientFinal;
    },
    answer: (tamper) => spoil(clientFinal, tamper),
    verify: (serverFinal) => {
      const verified = scram?.verify(serverFinal);
      if (verified?.ok !== true)
        throw new Mismatch("the server's proof", verified?.error.message ?? "none");
    },
  };
}
