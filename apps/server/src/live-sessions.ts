import type { Log } from "./log.ts";
import type { Store, StoreChange } from "./store/store.ts";

/** A login that holds. */
export interface LiveLogin {
  /** Of the session, unique for ever. */
  readonly id: string;
  readonly user: string;
  /** The state of the user that was proven; a renewal sets a later one. */
  version: number;
  /** Ends the session with 4403. */
  readonly revoke: () => void;
}

/** Ends sessions whose user has changed, and those that an operator wants to end. */
export interface LiveSessions {
  add(login: LiveLogin): void;
  /** The user was proven anew. */
  renew(login: LiveLogin, version: number): void;
  remove(login: LiveLogin): void;
  readonly count: () => number;
  stop(): void;
}

/** How soon users are looked up again where the store could not answer; ms. */
const retryMs = 250;

type Source = Pick<Store, "find" | "watch">;

export function watchLiveSessions(
  store: Source,
  log: Log,
  onKeysChanged: () => void,
): LiveSessions {
  const byId = new Map<string, LiveLogin>();
  const byUser = new Map<string, Set<LiveLogin>>();
  /** Whose state in the store has yet to be compared with what their sessions proved. */
  const doubtful = new Set<string>();
  let checking = false;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;

  function doubt(user: string): void {
    if (!byUser.has(user)) return;
    doubtful.add(user);
    check();
  }

  function check(): void {
    if (checking || stopped) return;
    clearTimeout(retry);
    checking = true;
    checkAll().then(
      () => {
        checking = false;
        if (doubtful.size > 0) check();
      },
      (error: unknown) => {
        checking = false;
        log.warn({ err: error }, "users could not be looked up; trying again");
        if (!stopped) retry = setTimeout(check, retryMs);
      },
    );
  }

  async function checkAll(): Promise<void> {
    for (;;) {
      const users = [...doubtful];
      if (users.length === 0) return;
      await Promise.all(users.map(checkUser));
    }
  }

  async function checkUser(name: string): Promise<void> {
    // Before the look: a change after it must not be taken for one that was seen.
    doubtful.delete(name);
    try {
      const user = await store.find(name);
      for (const login of [...(byUser.get(name) ?? [])])
        if (user?.enabled !== true || user.version !== login.version) revoke(login);
    } catch (error) {
      doubtful.add(name);
      throw error;
    }
  }

  function revoke(login: LiveLogin): void {
    remove(login);
    login.revoke();
  }

  function remove(login: LiveLogin): void {
    byId.delete(login.id);
    const logins = byUser.get(login.user);
    logins?.delete(login);
    if (logins?.size === 0) byUser.delete(login.user);
  }

  function onChange(change: StoreChange): void {
    switch (change.type) {
      case "user":
        doubt(change.name);
        return;
      case "closeSession": {
        const login = byId.get(change.id);
        if (login !== undefined) revoke(login);
        return;
      }
      case "signingKeys":
        onKeysChanged();
        return;
      case "resync":
        onKeysChanged();
        for (const user of byUser.keys()) doubt(user);
    }
  }

  const unwatch = store.watch(onChange);

  return {
    add(login) {
      byId.set(login.id, login);
      const logins = byUser.get(login.user) ?? new Set();
      logins.add(login);
      byUser.set(login.user, logins);
      // The user may have changed between the proof and this moment, when nobody was listening.
      doubt(login.user);
    },
    renew(login, version) {
      login.version = version;
      doubt(login.user);
    },
    remove,
    count: () => byId.size,
    stop() {
      stopped = true;
      clearTimeout(retry);
      unwatch();
    },
  };
}
