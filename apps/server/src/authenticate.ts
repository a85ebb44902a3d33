import { randomBytes } from "node:crypto";
import type { AuthMessage, VerifyStep } from "@wsecho/protocol";
import {
  checkPassword,
  fakeVerifier,
  prepareUsername,
  startScramServer,
  type ScramServer,
  type ScramVerifier,
} from "@wsecho/protocol/scram";
import { unlimitedAttempts, type Attempts } from "./attempts.ts";
import type { CertifiedName } from "./authorization.ts";
import { BusyError } from "./limiter.ts";
import type { PasswordCrypto } from "./password-crypto.ts";
import { createProvenPasswords } from "./proven-passwords.ts";
import type { Remember } from "./remember.ts";
import { nodeScramCrypto } from "./scram-crypto.ts";
import type { Tokens } from "./tokens.ts";
import type { User, UserStore } from "./users.ts";
import type { Proof, Verdict } from "./verdict.ts";

/** Who asks to be let in. */
export interface Peer {
  /** An IP address. */
  readonly address: string;
  /** Whether nobody waits for the outcome any more. */
  readonly gone: () => boolean;
}

/** A step of a login inside a session, or what TLS has proven before. */
export type LoginStep = VerifyStep | CertifiedName;

/** One connection's logins, one step at a time. Rejects where the user store does. */
export type Authenticate = (step: LoginStep) => Promise<Verdict>;

export interface AuthenticateParts {
  readonly users: UserStore;
  /** For the salts of users who do not exist; default a new one, which restarts change. */
  readonly secret?: Uint8Array;
  readonly passwords: PasswordCrypto;
  /** Default: none is taken. */
  readonly tokens?: Tokens;
  readonly attempts?: Attempts;
  /** Default: no tokens are given. */
  readonly remember?: Remember;
  /** How long a login by password holds, from now on; ms. Default: as long as the session. */
  readonly loginLifetimeMs?: () => number | null;
  /** How long a password that was right is known again; ms. Default: each is derived anew. */
  readonly passwordCacheMs?: () => number | null;
}

/** Whom forged tokens are counted for, as they name nobody; with its colon it is no user's name. */
const forgedToken = "token:";

type PlainAuth = Extract<AuthMessage, { readonly mechanism: "plain" }>;
type ScramAuth = Extract<AuthMessage, { readonly mechanism: "scram-sha-256" }>;

/** What a login by password may bring with it. */
interface ByPassword {
  /** Of the exchange, for `ok`. */
  readonly data?: string;
  /** The client wants a token of that lifetime. */
  readonly rememberMs?: number;
}

const refused: Verdict = { kind: "refused" };
const abandoned: Verdict = { kind: "refused", abandoned: true };

/** Makes each connection its authenticator. Secrets stay inside: a verdict never says why. */
export function createAuthenticators(parts: AuthenticateParts): (peer: Peer) => Authenticate {
  const { users, passwords, tokens, attempts = unlimitedAttempts, remember } = parts;
  const secret = parts.secret ?? randomBytes(32);
  const proven = createProvenPasswords(parts.passwordCacheMs ?? (() => null));

  /**
   * An unknown user gets a verifier that no password fits, so that both cost and show the same. One
   * who may not log in keeps the real one: a salt that changed would tell.
   */
  async function verifierOf(name: string, user: User | undefined): Promise<ScramVerifier> {
    const fake = await fakeVerifier(nodeScramCrypto, secret, name, users.iterations);
    return user?.verifier ?? fake;
  }

  /** Only for passwords: a token that gave the next one would last for ever (PROTOCOL.md L14). */
  async function accepted(user: string, proof: Proof, more: ByPassword): Promise<Verdict> {
    const expiresInMs = parts.loginLifetimeMs?.() ?? null;
    const { data, rememberMs } = more;
    const { version } = proof;
    const token =
      rememberMs === undefined ? undefined : await remember?.({ name: user, version }, rememberMs);
    return {
      kind: "accepted",
      user,
      ...proof,
      ...(data === undefined ? {} : { data }),
      ...(token === undefined ? {} : { token }),
      ...(expiresInMs === null ? {} : { expiresInMs }),
    };
  }

  function checkPlain(message: PlainAuth, peer: Peer): Promise<Verdict> {
    const { user: given, password, rememberMs } = message;
    const name = prepareUsername(given);
    const attempt = { user: name.ok ? name.value : given, address: peer.address };
    return attempts.judge(attempt, async () => {
      // No such name can exist, which its syntax says already: there is nothing to hide.
      if (!name.ok) return refused;
      if (peer.gone()) return abandoned;
      const user = await users.find(name.value);
      const isKnown = proven.knows(name.value, user?.verifier, password);
      // Who may not log in is not told sooner either.
      if (!isKnown || !mayEnter(user)) {
        const verifier = await verifierOf(name.value, user);
        const fits = await checkPassword(passwords.crypto, verifier, password);
        if (!fits || !mayEnter(user)) return refused;
        proven.add(name.value, verifier, password);
      }
      const proof = { mechanism: "plain", version: versionOf(user) };
      return accepted(name.value, proof, rememberMs === undefined ? {} : { rememberMs });
    });
  }

  async function checkToken(token: string, peer: Peer): Promise<Verdict> {
    const claims = await tokens?.verify(token);
    // Who has one that was good once guesses nothing.
    if (claims === undefined || (!claims.ok && claims.error === "expired")) return refused;
    if (!claims.ok) {
      const attempt = { user: forgedToken, address: peer.address };
      return attempts.judge(attempt, () => Promise.resolve(refused));
    }
    // Good ones are not asked to wait: nobody found them by guessing.
    const { user: name, version, expiresInMs } = claims.value;
    const user = await users.find(name);
    if (!mayEnter(user) || versionOf(user) !== version) return refused;
    return { kind: "accepted", user: name, mechanism: "token", version, expiresInMs };
  }

  async function checkCertified({ name: given, expiresInMs }: CertifiedName): Promise<Verdict> {
    const name = prepareUsername(given);
    const user = name.ok ? await users.find(name.value) : undefined;
    if (!mayEnter(user)) return refused;
    const version = versionOf(user);
    return { kind: "accepted", user: user.name, mechanism: "certificate", version, expiresInMs };
  }

  return (peer) => {
    let exchange:
      | { readonly scram: ScramServer; readonly version: number; readonly wish: ByPassword }
      | undefined;

    async function start({ data: clientFirst, rememberMs }: ScramAuth): Promise<Verdict> {
      const serverNonce = randomBytes(18).toString("base64");
      const started = startScramServer({ crypto: nodeScramCrypto, serverNonce, clientFirst });
      if (!started.ok) return refused;
      const scram = started.value;
      // Also here, or the client would compute its proof for nothing. An exchange that is given up
      // after the challenge is not counted: it tells nothing about the password, for that takes a
      // proof, and the proof is judged.
      return attempts.prepare({ user: scram.user, address: peer.address }, async () => {
        if (peer.gone()) return abandoned;
        const user = await users.find(scram.user);
        const challenge = scram.challenge(await verifierOf(scram.user, user), mayEnter(user));
        if (!challenge.ok) return refused;
        exchange = {
          scram,
          version: versionOf(user),
          wish: rememberMs === undefined ? {} : { rememberMs },
        };
        return { kind: "challenge", data: challenge.value.serverFirst };
      });
    }

    async function finish(clientFinal: string): Promise<Verdict> {
      const current = exchange;
      exchange = undefined;
      if (current === undefined) return refused;
      const { scram, version, wish } = current;
      return attempts.judge({ user: scram.user, address: peer.address }, async () => {
        const verdict = await scram.finish(clientFinal);
        if (!verdict.ok) return refused;
        const { user, serverFinal } = verdict.value;
        const proof = { mechanism: "scram-sha-256", version };
        return accepted(user, proof, { ...wish, data: serverFinal });
      });
    }

    function take(step: LoginStep): Promise<Verdict> {
      if (step.kind === "certificate") return checkCertified(step);
      if (step.kind === "response") return finish(step.data);
      exchange = undefined;
      switch (step.message.mechanism) {
        case "plain":
          return checkPlain(step.message, peer);
        case "scram-sha-256":
          return start(step.message);
        case "token":
          return checkToken(step.message.token, peer);
      }
    }

    return async (step) => {
      try {
        return await take(step);
      } catch (error) {
        if (error instanceof BusyError) return { kind: "unavailable" };
        throw error;
      }
    };
  };
}

function mayEnter(user: User | undefined): user is User {
  return user !== undefined && user.enabled !== false;
}

function versionOf(user: User | undefined): number {
  return user?.version ?? 0;
}
