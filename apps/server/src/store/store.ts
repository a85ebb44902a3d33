import type { ScramVerifier } from "@wsecho/protocol/scram";
import type { Role, User, UserStore } from "../users.ts";

/**
 * Everything that outlives the process and that servers share. Every method rejects with
 * StoreUnavailableError, within some seconds, where the database cannot answer now. A write that
 * was rejected so may have happened nevertheless. Times are ms since 1970, by the database's clock.
 */
export interface Store extends UserStore, AsyncDisposable {
  readonly kind: "sqlite" | "postgres";
  /** For people: the file, or the database's address without password. */
  readonly location: string;
  /**
   * The same for every server of this store and after every restart; for `fakeVerifier`. 32 bytes,
   * secret.
   */
  readonly unknownUserSecret: Uint8Array;
  /**
   * The user of that prepared name, `undefined` where there is none. Disabled ones are found too,
   * so that they show the salt they always had: refuse them after the password was checked.
   */
  find(name: string): Promise<StoredUser | undefined>;
  readonly users: Users;
  readonly signingKeys: SigningKeys;
  readonly failures: Failures;
  readonly sessions: Sessions;
  /**
   * Calls `listener` for every change since the store was opened, also by another process, within
   * well under a second while the database answers. After an outage it catches up. What was read
   * from the store before may be outdated until then.
   *
   * @returns stops it
   */
  watch(listener: (change: StoreChange) => void): () => void;
  /** Resolves where the database can be read and written now. */
  check(): Promise<void>;
  /** Removes what has expired. To be called about every minute, by any or all servers. */
  tidy(): Promise<void>;
  /** Waits for what is under way, for some seconds at most. Later calls reject. */
  close(): Promise<void>;
}

export type StoreChange =
  /** Added, changed or removed: look it up again. */
  | { readonly type: "user"; readonly name: string }
  /** Somebody asked for the end of this session, on whichever server it is. */
  | { readonly type: "closeSession"; readonly id: string }
  | { readonly type: "signingKeys" }
  /** More changed than is known any more: look up everything again. */
  | { readonly type: "resync" };

export interface StoredUser extends User {
  readonly role: Role;
  readonly enabled: boolean;
  /**
   * Another number after every change of the user, and never one that a user of this name had
   * before, removed ones included: what was bound to an earlier one is no longer good.
   */
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface UserChange {
  readonly verifier?: ScramVerifier;
  readonly enabled?: boolean;
  readonly role?: Role;
}

/** Names are prepared ones (`prepareUsername`); nobody has another. */
export interface Users {
  /** False where the name is taken. Rejects with TypeError where the name is not prepared. */
  add(user: User): Promise<boolean>;
  /** False where there is no such user. Changing nothing makes no new version. */
  change(name: string, change: UserChange): Promise<boolean>;
  /** False where there is no such user. */
  remove(name: string): Promise<boolean>;
  /** By name. */
  list(): Promise<readonly StoredUser[]>;
}

export interface SigningKey {
  /** For the token's `kid`; no secret. */
  readonly id: string;
  readonly algorithm: "HS256";
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly createdAt: number;
}

/**
 * The keys of tokens, the same for every server; a new store has one. To rotate: add one, wait
 * until the tokens of the old one have expired, retire that.
 */
export interface SigningKeys {
  /** Newest first: that one signs, all of them verify. Never empty. */
  list(): Promise<readonly SigningKey[]>;
  /** Makes a key that signs from now on. */
  add(): Promise<SigningKey>;
  /** Refuses the key's tokens from now on and forgets its secret. The last key stays: add first. */
  retire(id: string): Promise<"retired" | "unknown" | "last">;
}

/** Who tries to log in from where. Neither need exist or be well-formed; only hashes are stored. */
export interface Attempt {
  readonly user: string;
  /** An IP address. Those of one IPv6 /64 are one, for one customer has them all. */
  readonly address: string;
}

export interface FailureCount {
  /** Whole, 0 or more; it falls by one each time that `FailureDecay` says. */
  readonly count: number;
  /** How long ago the last one was; ms, `Infinity` where there is none. */
  readonly ageMs: number;
}

export interface FailureCounts {
  /** Of this user from this address. */
  readonly pair: FailureCount;
  /** Of this address, whoever it tried to be. */
  readonly address: FailureCount;
  /** Of everybody. */
  readonly all: FailureCount;
}

/**
 * Failed logins. Whoever reads, checks a password and then counts has to bound how many do so at
 * once: or a thousand guesses at the same time are read as none.
 */
export interface Failures {
  /** Counts one, in one step; the answer includes it. */
  add(attempt: Attempt): Promise<FailureCounts>;
  read(attempt: Attempt): Promise<FailureCounts>;
  /** After a success: forgets the pair, and takes back one of the address and of everybody. */
  forgive(attempt: Attempt): Promise<void>;
  /** Forgets this user's pairs with every address, for an administrator who helps. */
  forget(user: string): Promise<void>;
}

/** After how many ms one failure is forgotten. */
export interface FailureDecay {
  readonly pairMs: number;
  readonly addressMs: number;
  readonly allMs: number;
}

export interface OpenedSession {
  /** Unique among all servers and for ever, such as a UUID. */
  readonly id: string;
  /** The server's own id, new at each of its starts. */
  readonly server: string;
  readonly user: string;
  readonly address: string;
  readonly mechanism: string;
  readonly dialect: string;
}

export interface SessionRecord extends OpenedSession {
  /** `lost`: the server ended without saying how its sessions did. */
  readonly state: "live" | "ended" | "lost";
  readonly startedAt: number;
  /** Of a lost one, when its server was last seen, where that is known. */
  readonly endedAt: number | null;
  readonly closeCode: number | null;
  readonly closeReason: string | null;
}

/** Who was logged in. Both writes may be repeated after a failure; the first one counts. */
export interface Sessions {
  opened(session: OpenedSession): Promise<void>;
  /** What a peer gave as reason is made printable and cut to 123 characters. */
  ended(id: string, end: { readonly code: number; readonly reason: string }): Promise<void>;
  /** Says that this server lives. Without it for `serverLostMs`, its sessions are lost. */
  beat(server: string): Promise<void>;
  /**
   * Newest first.
   *
   * @param live only those that go on; default all
   * @param limit 1 to 100 000; default 1000
   */
  list(options?: {
    readonly live?: boolean;
    readonly limit?: number;
  }): Promise<readonly SessionRecord[]>;
  /** Asks the session's server to end it. False where no such session goes on. */
  requestClose(id: string): Promise<boolean>;
}

/** How often a server should `beat`; ms. */
export const beatEveryMs = 10_000;

/** Without a beat for so long, a server is taken for dead; ms. */
export const serverLostMs = 30_000;
