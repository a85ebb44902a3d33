import { webcrypto } from "node:crypto";
import {
  checkPassword,
  createVerifier,
  fakeVerifier,
  prepareUsername,
  startScramServer,
  webScramCrypto,
  type ScramServer,
  type ScramVerifier,
} from "../../src/scram/index.ts";
import type { Outcome, VerifyStep } from "../../src/index.ts";

export const crypto = webScramCrypto(webcrypto.subtle);

/** RFC 7677 section 4's minimum. */
export const iterations = 4096;
const serverSecret = new TextEncoder().encode("the vectors' server secret");

let nonces = 0;
/** Never the same twice, and the same in every run. */
export const nextNonce = (): string => `${"nonce-of-the-test".padEnd(18, "-")}${nonces++}`;

const verifiers = new Map<string, Promise<ScramVerifier>>();

/** The verifier of `password`; made once, for PBKDF2 takes its time. */
export function verifierOf(user: string, password: string): Promise<ScramVerifier> {
  const key = `${user}:${password}`;
  const known = verifiers.get(key) ?? makeVerifier(password, new TextEncoder().encode(key));
  verifiers.set(key, known);
  return known;
}

async function makeVerifier(password: string, seed: Uint8Array): Promise<ScramVerifier> {
  const salt = (await crypto.hash(seed)).slice(0, 16);
  const made = await createVerifier(crypto, password, { salt, iterations });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

export interface AuthenticatorOptions {
  readonly users: Readonly<Record<string, string>>;
  readonly tokens?: Readonly<Record<string, string>> | undefined;
  readonly expiresInMs?: number | undefined;
  /** Gives who asks for it a token, as the feature `remember` promises. */
  readonly remember?: boolean | undefined;
  readonly serverNonce?: () => string;
  /** Verifiers that are given as they are. */
  readonly verifiers?: Readonly<Record<string, ScramVerifier>>;
}

/** One connection's logins, against real verifiers. */
export function createAuthenticator(
  options: AuthenticatorOptions,
): (step: VerifyStep) => Promise<Outcome> {
  const { users, tokens = {}, expiresInMs, serverNonce = nextNonce } = options;
  const refused: Outcome = { kind: "refused" };
  const expiry = expiresInMs === undefined ? {} : { expiresInMs };
  let exchange: ScramServer | undefined;
  let asked = false;
  const remembered = (user: string): { readonly token?: string } =>
    asked && options.remember === true ? { token: `remembered:${user}` } : {};

  async function lookUp(name: string): Promise<{ verifier: ScramVerifier; known: boolean }> {
    const given = options.verifiers?.[name];
    if (given !== undefined) return { verifier: given, known: true };
    const password = Object.hasOwn(users, name) ? users[name] : undefined;
    return password === undefined
      ? { verifier: await fakeVerifier(crypto, serverSecret, name, iterations), known: false }
      : { verifier: await verifierOf(name, password), known: true };
  }

  return async (step) => {
    if (step.kind === "response") {
      const current = exchange;
      exchange = undefined;
      const verdict = await current?.finish(step.data);
      if (verdict?.ok !== true) return refused;
      const { user, serverFinal } = verdict.value;
      return { kind: "accepted", user, data: serverFinal, ...remembered(user), ...expiry };
    }
    const { message } = step;
    asked = "rememberMs" in message;
    switch (message.mechanism) {
      case "plain": {
        const name = prepareUsername(message.user);
        if (!name.ok) return refused;
        const { verifier, known } = await lookUp(name.value);
        const fits = await checkPassword(crypto, verifier, message.password);
        return fits && known
          ? { kind: "accepted", user: name.value, ...remembered(name.value), ...expiry }
          : refused;
      }
      case "scram-sha-256": {
        const started = startScramServer({
          crypto,
          serverNonce: serverNonce(),
          clientFirst: message.data,
        });
        if (!started.ok) return refused;
        const { verifier, known } = await lookUp(started.value.user);
        const challenge = started.value.challenge(verifier, known);
        if (!challenge.ok) return refused;
        exchange = started.value;
        return { kind: "challenge", data: challenge.value.serverFirst };
      }
      case "token": {
        const user = Object.hasOwn(tokens, message.token) ? tokens[message.token] : undefined;
        return user === undefined ? refused : { kind: "accepted", user, ...expiry };
      }
    }
  };
}
