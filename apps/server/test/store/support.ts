import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ScramVerifier } from "@wsecho/protocol/scram";
import { onTestFinished } from "vitest";
import type { StoreOptions } from "../../src/store/create-store.ts";
import { StoreUnavailableError } from "../../src/store/errors.ts";
import { openStore, type StorePlace } from "../../src/store/open.ts";
import type { Store, StoreChange } from "../../src/store/store.ts";

/** A database of the test's own, empty at first. */
export interface TestDatabase {
  readonly place: StorePlace;
  /** All that it keeps, as text. */
  dump(): Promise<string>;
  /** Makes it look as if another version of the program had made it. */
  setSchemaVersion(version: number): Promise<void>;
}

export type MakeDatabase = () => Promise<TestDatabase>;

/** Closed when the test ends. */
export async function open({ place }: TestDatabase, options?: StoreOptions): Promise<Store> {
  const store = await openStore(place, options);
  onTestFinished(() => store.close());
  return store;
}

/** Each in turn. */
export function at(stores: readonly Store[], index: number): Store {
  const store = stores[index % stores.length];
  if (store === undefined) throw new Error("there are no stores");
  return store;
}

/** Of no password. */
export function someVerifier(): ScramVerifier {
  const bytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
  return { salt: bytes(16), iterations: 4096, storedKey: bytes(32), serverKey: bytes(32) };
}

export async function addUser(store: Store, name: string): Promise<void> {
  if (!(await store.users.add({ name, verifier: someVerifier() }))) throw new Error("taken");
}

/** The failure of what must fail because the database cannot answer. */
export async function failureOf(promise: Promise<unknown>): Promise<StoreUnavailableError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

export interface FakeClock {
  readonly now: () => number;
  readonly pass: (ms: number) => void;
}

/** A time long after the real one, so that whatever used the real one shows. */
export function fakeClock(): FakeClock {
  let time = 4_000_000_000_000;
  return {
    now: () => time,
    pass: (ms) => {
      time += ms;
    },
  };
}

export interface Heard {
  readonly changes: readonly StoreChange[];
  /** Resolves once that was heard, at once where it was already. */
  readonly hears: (wanted: StoreChange) => Promise<void>;
}

export function listen(store: Store): Heard {
  const changes: StoreChange[] = [];
  const waiting = new Set<() => void>();
  onTestFinished(
    store.watch((change) => {
      changes.push(change);
      for (const look of waiting) look();
    }),
  );
  const isThere = (wanted: StoreChange): boolean =>
    changes.some((change) => JSON.stringify(change) === JSON.stringify(wanted));
  return {
    changes,
    hears: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isThere(wanted)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Opens the store in a process of its own, and tells what that one sees. */
export async function openElsewhere({ place }: TestDatabase): Promise<string> {
  const child = spawn(
    process.execPath,
    [
      "--conditions=@wsecho/source",
      fileURLToPath(new URL("open-elsewhere.ts", import.meta.url)),
      JSON.stringify(place),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  await once(child, "close");
  if (errors !== "") throw new Error(errors);
  return said;
}
