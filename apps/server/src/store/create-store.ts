import { randomBytes } from "node:crypto";
import { formatVerifier, parseVerifier, prepareUsername } from "@wsecho/protocol/scram";
import { printable, type Log } from "../log.ts";
import type { Backend } from "./backend.ts";
import { StoreUnavailableError } from "./errors.ts";
import { failureKeys, userFailureKey } from "./failure-keys.ts";
import { followChanges } from "./follow.ts";
import type { Debt, Debts } from "./queries/failures.ts";
import type { KeyRow } from "./queries/keys.ts";
import type { SessionRow } from "./queries/sessions.ts";
import type { UserRow } from "./queries/users.ts";
import { askByName, passQueries, type Queries } from "./queries.ts";
import {
  serverLostMs,
  type FailureCount,
  type FailureCounts,
  type FailureDecay,
  type SessionRecord,
  type SigningKey,
  type Store,
  type StoreChange,
  type StoredUser,
  type UserChange,
} from "./store.ts";

export interface StoreOptions {
  /** PBKDF2 rounds of a new user's verifier, 4096 to 10 000 000; default 600 000. */
  readonly iterations?: number;
  /** How fast failures are forgotten. */
  readonly failureDecay?: Partial<FailureDecay>;
  /** How long ended sessions stay known; ms, default 90 days. */
  readonly sessionRetentionMs?: number;
  /** How long a caller waits at most; ms, default 5000. */
  readonly answerWithinMs?: number;
  /** Hears when SQLite's thread ends by itself and is there again. */
  readonly log?: Log;
  /** A clock for tests; ms since 1970. Default: the database's, which all servers share. */
  readonly now?: () => number;
}

const defaultIterations = 600_000;

/** Of one pair, a failure counts for five minutes; of all together, ten a second are no failures. */
const defaultDecay: FailureDecay = { pairMs: 300_000, addressMs: 60_000, allMs: 100 };

const defaultRetentionMs = 90 * 24 * 3_600_000;

/** Servers that were cut off for longer look up everything again; ms. */
const changesMs = 3_600_000;

const defaultAnswerMs = 5000;

const defaultListLimit = 1000;
const maxListLimit = 100_000;

/** Turns what a database knows into what the server asks. */
export async function createStore(backend: Backend, options: StoreOptions = {}): Promise<Store> {
  const decay = { ...defaultDecay, ...options.failureDecay };
  const sessionsMs = options.sessionRetentionMs ?? defaultRetentionMs;
  const now = (): number | null => options.now?.() ?? null;
  const queries = inTime(backend.queries, options.answerWithinMs ?? defaultAnswerMs);
  const unknownUserSecret = await queries.unknownUserSecret();
  const opened = await queries.lastChange();

  const listeners = new Set<(change: StoreChange) => void>();
  const follower = followChanges(
    opened,
    (after) => queries.changesAfter(after),
    (change) => {
      // Each by itself: where one throws, the others hear of a revoked user nevertheless.
      for (const tell of listeners) {
        queueMicrotask(() => {
          if (listeners.has(tell)) tell(change);
        });
      }
    },
  );
  let watching = false;

  async function close(): Promise<void> {
    follower.stop();
    await backend.close();
  }

  return {
    kind: backend.kind,
    location: backend.location,
    iterations: options.iterations ?? defaultIterations,
    unknownUserSecret,

    async find(name) {
      if (!isPrepared(name)) return undefined;
      // Before the look at its name, so that a decoy takes as long.
      const user = toUser(await queries.findUser(name));
      return user.name === name ? user : undefined;
    },

    users: {
      async add({ name, verifier, role = "user" }) {
        if (!isPrepared(name)) throw new TypeError("a name has to be prepared to be stored");
        const settings = { verifier: formatVerifier(verifier), role, enabled: true };
        return queries.addUser(now(), name, settings);
      },
      change: async (name, change) =>
        isPrepared(name) && queries.changeUser(now(), name, toSettings(change)),
      remove: async (name) => isPrepared(name) && queries.removeUser(now(), name),
      list: async () => (await queries.listUsers()).map(toUser).sort(byName),
    },

    signingKeys: {
      list: async () => (await queries.listKeys()).map(toKey),
      async add() {
        const id = randomBytes(9).toString("base64url");
        const key = { id, algorithm: "HS256", secret: new Uint8Array(randomBytes(32)) } as const;
        return { ...key, createdAt: await queries.addKey(now(), key) };
      },
      retire: (id) => queries.retireKey(now(), id),
    },

    failures: {
      async add(attempt) {
        const keys = failureKeys(unknownUserSecret, attempt);
        return toCounts(await queries.addFailure(now(), keys, decay), decay);
      },
      async read(attempt) {
        const keys = failureKeys(unknownUserSecret, attempt);
        return toCounts(await queries.readFailures(now(), keys), decay);
      },
      forgive: (attempt) => queries.forgiveFailure(failureKeys(unknownUserSecret, attempt), decay),
      forget: (user) => queries.forgetUserFailures(userFailureKey(unknownUserSecret, user)),
    },

    sessions: {
      opened: (session) => queries.openSession(now(), session),
      // A peer wrote it; PostgreSQL cannot even hold every character.
      ended: (id, { code, reason }) =>
        queries.endSession(now(), id, code, printable(reason, reasonLength)),
      beat: (server) => queries.beat(now(), server),
      async list({ live = false, limit = defaultListLimit } = {}) {
        if (!(limit >= 1 && limit <= maxListLimit)) throw new RangeError("limit: 1 to 100 000");
        const rows = await queries.listSessions(now(), { live, limit, lostMs: serverLostMs });
        return rows.map(toSession);
      },
      requestClose: (id) => queries.requestClose(now(), id, serverLostMs),
    },

    watch(listener) {
      // A function of its own, for the same one may be given twice.
      const own = (change: StoreChange): void => listener(change);
      listeners.add(own);
      if (!watching) {
        watching = true;
        backend.watch(() => follower.wake());
        follower.wake();
      }
      return () => listeners.delete(own);
    },

    check: () => queries.check(now()),
    tidy: () => queries.tidy(now(), { sessionsMs, changesMs, lostMs: serverLostMs }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** As long as the reason in a close frame (RFC 6455 section 5.5.1), though in characters. */
const reasonLength = 123;

/** The same questions, but an answer that does not come is a failure. */
function inTime(queries: Queries, ms: number): Queries {
  return passQueries(
    (name, args) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new StoreUnavailableError(`the database did not answer within ${ms} ms`)),
          ms,
        );
        askByName(queries, name, args)
          .then(resolve, reject)
          .finally(() => clearTimeout(timer));
      }),
  );
}

/** Nobody can have another name; PostgreSQL does not even take every text. */
function isPrepared(name: string): boolean {
  const result = prepareUsername(name);
  return result.ok && result.value === name;
}

function toSettings({ verifier, enabled, role }: UserChange): Parameters<Queries["changeUser"]>[2] {
  return {
    ...(verifier === undefined ? {} : { verifier: formatVerifier(verifier) }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(role === undefined ? {} : { role }),
  };
}

function toUser({ verifier, role, ...row }: UserRow): StoredUser {
  const parsed = parseVerifier(verifier);
  if (!parsed.ok) throw new Error(`user ${printable(row.name)}: ${parsed.error.message}`);
  return { ...row, verifier: parsed.value, role: role === "admin" ? "admin" : "user" };
}

/** Here, for the order of the databases' own depends on how they were set up. */
function byName(a: StoredUser, b: StoredUser): number {
  return a.name < b.name ? -1 : 1;
}

function toKey({ algorithm, ...row }: KeyRow): SigningKey {
  if (algorithm !== "HS256") {
    throw new Error(`signing key ${row.id} is of a kind that this program does not know`);
  }
  return { ...row, algorithm };
}

function toCounts(debts: Debts, { pairMs, addressMs, allMs }: FailureDecay): FailureCounts {
  return {
    pair: toCount(debts.pair, pairMs),
    address: toCount(debts.address, addressMs),
    all: toCount(debts.all, allMs),
  };
}

function toCount(debt: Debt | undefined, everyMs: number): FailureCount {
  if (debt === undefined || debt.owedMs <= 0) return { count: 0, ageMs: debt?.ageMs ?? Infinity };
  return { count: Math.ceil(debt.owedMs / everyMs), ageMs: debt.ageMs };
}

function toSession({ live, seenAt, endedAt, ...row }: SessionRow): SessionRecord {
  if (endedAt !== null) return { ...row, state: "ended", endedAt };
  return live ? { ...row, state: "live", endedAt } : { ...row, state: "lost", endedAt: seenAt };
}
