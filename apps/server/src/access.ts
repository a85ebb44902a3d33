import { randomUUID } from "node:crypto";
import { type Mechanism } from "@wsecho/protocol";
import { createAttempts } from "./attempts.ts";
import { createAudit } from "./audit.ts";
import { createAuthenticators, type Authenticate, type Peer } from "./authenticate.ts";
import { watchLiveSessions, type LiveLogin } from "./live-sessions.ts";
import type { Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import { createPasswordCrypto } from "./password-crypto.ts";
import { createRemember } from "./remember.ts";
import { beatEveryMs, type Store } from "./store/store.ts";
import { createTokens } from "./tokens.ts";
import type { Role, UserStore } from "./users.ts";
import { createWritable } from "./writable.ts";

/** Who may come in, and who is in. */
export interface Access {
  /** What `hello` offers, strongest first. */
  readonly mechanisms: readonly Mechanism[];
  /** Optional abilities, for `hello`. */
  readonly features: () => readonly string[];
  readonly newAuthenticate: (peer: Peer) => Authenticate;
  /** What the user may do now. Rejects where that cannot be looked up. */
  readonly roleOf: (user: string) => Promise<Role>;
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
  /** How long a login by password holds, from now on; ms. `null`: as long as the session. */
  readonly loginLifetimeMs: () => number | null;
  /** How long a password that was right is known again, from now on; ms. `null`: not at all. */
  readonly passwordCacheMs: () => number | null;
}

export interface StoreAccessOptions extends AccessOptions {
  /** How long a token that a client asked for is good, from now on; ms. `null`: there are none. */
  readonly rememberMs: () => number | null;
  readonly log: Log;
  readonly meter: Meter;
}

const noFeatures: readonly string[] = [];
const remembering: readonly string[] = ["remember"];

const nowhere: Presence = { renewed: () => undefined, left: () => undefined };

/** Users that cannot change while the server runs, and are forgotten with it. */
export function createMemoryAccess(users: UserStore, options: AccessOptions): Access {
  const passwords = createPasswordCrypto();
  return {
    mechanisms: ["scram-sha-256", "plain"],
    features: () => noFeatures,
    newAuthenticate: createAuthenticators({
      users,
      ...(users.unknownUserSecret === undefined ? {} : { secret: users.unknownUserSecret }),
      passwords,
      ...options,
    }),
    roleOf: roleIn(users),
    enter: () => nowhere,
    check: () => Promise.resolve(),
    start: () => undefined,
    close: () => Promise.resolve(),
  };
}

function roleIn(users: Pick<UserStore, "find">): Access["roleOf"] {
  return async (name) => (await users.find(name))?.role ?? "user";
}

/** How often what has expired is removed; ms. */
const tidyEveryMs = 60_000;

/** How long the end of the server waits for the last audit entries; ms. */
const flushMs = 3000;

/** Users of a store that other servers and commands share, and change at any time. */
export function createStoreAccess(
  store: Store,
  { log, meter, rememberMs, ...options }: StoreAccessOptions,
): Access {
  const server = randomUUID();
  const writable = createWritable(() => store.check());
  const tokens = createTokens(store.signingKeys);
  const { sessions, failures } = store;
  const audit = createAudit(
    {
      opened: (session) => writable.watch(sessions.opened(session)),
      ended: (id, end) => writable.watch(sessions.ended(id, end)),
    },
    log,
    meter,
  );
  const live = watchLiveSessions(store, log, () => tokens.refresh());
  const timers: NodeJS.Timeout[] = [];
  const newAuthenticate = createAuthenticators({
    users: store,
    secret: store.unknownUserSecret,
    passwords: createPasswordCrypto(),
    tokens,
    attempts: createAttempts({
      read: (attempt) => failures.read(attempt),
      add: (attempt) => writable.watch(failures.add(attempt)),
      forgive: (attempt) => writable.watch(failures.forgive(attempt)),
      forget: (user) => failures.forget(user),
    }),
    ...options,
    remember: createRemember(store.signingKeys, rememberMs),
  });

  const every = (ms: number, what: string, run: () => Promise<void>): void => {
    const attempt = (): void => {
      run().catch((error: unknown) => log.warn({ err: error }, `${what} failed`));
    };
    attempt();
    timers.push(setInterval(attempt, ms).unref());
  };

  return {
    mechanisms: ["scram-sha-256", "token", "plain"],
    features: () => (rememberMs() === null ? noFeatures : remembering),
    newAuthenticate(peer) {
      const authenticate = newAuthenticate(peer);
      return async (step) => {
        await writable.assure();
        return authenticate(step);
      };
    },
    roleOf: roleIn(store),
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
    check: () => writable.watch(store.check()),
    start() {
      const beat = (): Promise<void> => writable.watch(sessions.beat(server));
      every(beatEveryMs, "the sign of life in the store", beat);
      every(tidyEveryMs, "tidying the store", () => store.tidy());
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      live.stop();
      await audit.flush(flushMs);
    },
  };
}
