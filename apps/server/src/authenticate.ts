import { randomBytes } from "node:crypto";
import type { Mechanism, Outcome, VerifyStep } from "@wsecho/protocol";
import {
  checkPassword,
  fakeVerifier,
  prepareUsername,
  startScramServer,
  type ScramServer,
  type ScramVerifier,
} from "@wsecho/protocol/scram";
import { nodeScramCrypto } from "./scram-crypto.ts";
import type { UserStore } from "./users.ts";

/** What `hello` offers, strongest first. Tokens come with the user store that issues them. */
export const offeredMechanisms = ["scram-sha-256", "plain"] as const satisfies readonly Mechanism[];

/** One connection's logins, one step at a time. Rejects where the user store does. */
export type Authenticate = (step: VerifyStep) => Promise<Outcome>;

const refused: Outcome = { kind: "refused" };

/** Makes each connection its authenticator. Secrets stay inside: an outcome never says why. */
export function createAuthenticators(users: UserStore): () => Authenticate {
  const secret = randomBytes(32);

  /** An unknown user gets a verifier that no password fits, so that both cost and show the same. */
  async function lookUp(name: string): Promise<{ verifier: ScramVerifier; known: boolean }> {
    const fake = await fakeVerifier(nodeScramCrypto, secret, name, users.iterations);
    const user = await users.find(name);
    return user === undefined
      ? { verifier: fake, known: false }
      : { verifier: user.verifier, known: true };
  }

  async function checkPlain(given: string, password: string): Promise<Outcome> {
    const name = prepareUsername(given);
    // No such name can exist, which its syntax says already: there is nothing to hide.
    if (!name.ok) return refused;
    const { verifier, known } = await lookUp(name.value);
    const fits = await checkPassword(nodeScramCrypto, verifier, password);
    return fits && known ? { kind: "accepted", user: name.value } : refused;
  }

  return () => {
    let exchange: ScramServer | undefined;

    async function start(clientFirst: string): Promise<Outcome> {
      const serverNonce = randomBytes(18).toString("base64");
      const started = startScramServer({ crypto: nodeScramCrypto, serverNonce, clientFirst });
      if (!started.ok) return refused;
      const { verifier, known } = await lookUp(started.value.user);
      const challenge = started.value.challenge(verifier, known);
      if (!challenge.ok) return refused;
      exchange = started.value;
      return { kind: "challenge", data: challenge.value.serverFirst };
    }

    async function finish(clientFinal: string): Promise<Outcome> {
      const current = exchange;
      exchange = undefined;
      const verdict = await current?.finish(clientFinal);
      if (verdict?.ok !== true) return refused;
      return { kind: "accepted", user: verdict.value.user, data: verdict.value.serverFinal };
    }

    return async (step) => {
      if (step.kind === "response") return finish(step.data);
      exchange = undefined;
      switch (step.message.mechanism) {
        case "plain":
          return checkPlain(step.message.user, step.message.password);
        case "scram-sha-256":
          return start(step.message.data);
        case "token":
          // Not offered, so the machine lets none through.
          return refused;
      }
    };
  };
}
