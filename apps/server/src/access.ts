import { randomUUID } from "node:crypto";
import type { Mechanism } from "@wsecho/protocol";
import { createAttempts } from "./attempts.ts";
import { createAudit } from "./audit.ts";
import { createAuthenticators, type Authenticate, type Peer } from "./authenticate.ts";
import { watchLiveSessions, type LiveLogin } from "./live-sessions.ts";
import type { Log } from "./log.ts";
import { createPasswordCrypto } from "./password-crypto.ts";
import { beatEveryMs, type Store } from "./store/store.ts";
import { createTokens } from "./tokens.ts";
import type { UserStore } from "./users.ts";

/** Who may come in, and who is in. */
export interface Access {
  /** What `hello` offers, strongest first. */
  readonly mechanisms: readonly Mechanism[];
  readonly newAuthenticate: (peer: Peer) => Authenticate;
  /** A login holds; `revoke` is called where it must end before its time. */
  readonly enter: (entry: Entry, revoke: () => void) => Presence;
  /** Resolves where logins can be checked now. */
  readonly check: () => Promise<void>;
  readonly start: () => void;
  /** To be called when all sessions have ended. */
  readonly close: () => Promise<void>;
}

export interface Entry {
  /** Of the session, unique for ever; the log's `session`. */
  readonly id: string;
  readonly user: string;
  readonly version: number;
  readonly address: string;
  readonly mechanism: string;
  readonly dialect: string;
}

/** Somebody who is in. */
export interface Presence {
  readonly renewed: (version: number) => void;
  readonly left: (code: number, reason: string) => void;
}

export interface AccessOptions {
  readonly loginLifetimeMs?: number;
}

const nowhere: Presence = { renewed: () => undefined, left: () => undefined };

/** Users that cannot change while the server runs, and are forgotten with it. */
export function createMemoryAccess(users: UserStore, options: AccessOptions): Access {
  const passwords = createPasswordCrypto();
  return {
    mechanisms: ["scram-sha-256", "plain"],
    newAuthenticate: createAuthenticators({ users, passwords, ...options }),
    enter: () => nowhere,
    check: () => Promise.resolve(),
    start: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** How often what has expired is removed; ms. */
const tidyEveryMs = 60_000;

/** How long the end of the server waits for the last audit entries; ms. */
const flushMs = 3000;

/** Users of a store that other servers and commands share, and change at any time. */
export function createStoreAccess(store: Store, log: Log, options: AccessOptions): Access {
  const server = randomUUID();
  const tokens = createTokens(store.signingKeys);
  const audit = createAudit(store.sessions, log);
  const live = watchLiveSessions(store, log, () => tokens.refresh());
  const timers: NodeJS.Timeout[] = [];

  const every = (ms: number, what: string, run: () => Promise<void>): void => {
    const attempt = (): void => {
      run().catch((error: unknown) => log.warn({ err: error }, `${what} failed`));
    };
    attempt();
    timers.push(setInterval(attempt, ms).unref());
  };

  return {
    mechanisms: ["scram-sha-256", "token", "plain"],
    newAuthenticate: createAuthenticators({
      users: store,
      secret: store.unknownUserSecret,
      passwords: createPasswordCrypto(),
      tokens,
      attempts: createAttempts(store.failures),
      ...options,
    }),
    enter({ version, ...entry }, revoke) {
      const login: LiveLogin = { id: entry.id, user: entry.user, version, revoke };
      audit.opened({ ...entry, server });
      live.add(login);
      return {
        renewed: (later) => live.renew(login, later),
        left: (code, reason) => {
          live.remove(login);
          audit.ended(entry.id, { code, reason });
        },
      };
    },
    check: () => store.check(),
    start() {
      every(beatEveryMs, "the sign of life in the store", () => store.sessions.beat(server));
      every(tidyEveryMs, "tidying the store", () => store.tidy());
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      live.stop();
      await audit.flush(flushMs);
    },
  };
}
