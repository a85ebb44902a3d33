import { expect, test } from "vitest";
import { createAudit } from "../src/audit.ts";
import { StoreUnavailableError } from "../src/store/errors.ts";
import type { OpenedSession } from "../src/store/store.ts";
import { soon } from "./support/soon.ts";
import { createLog, type LogEntry } from "./support/start-server.ts";

const session = (id: string): OpenedSession => ({
  id,
  server: "s",
  user: "ada",
  address: "127.0.0.1",
  mechanism: "plain",
  dialect: "v1",
});

const end = { code: 1000, reason: "" };

/** A store that takes entries as `fail` lets it. */
function makeAudit() {
  const written: string[] = [];
  const log: LogEntry[] = [];
  const counted = { failed: 0, lost: 0 };
  const store: { fail: ((id: string) => Error | undefined) | null } = { fail: null };
  const write = async (id: string, what: string): Promise<void> => {
    await Promise.resolve();
    const error = store.fail?.(id);
    if (error !== undefined) throw error;
    written.push(what);
  };
  const audit = createAudit(
    {
      opened: ({ id }) => write(id, `${id} opened`),
      ended: (id) => write(id, `${id} ended`),
    },
    createLog(log),
    {
      auditFailed: () => counted.failed++,
      auditLost: (entries) => (counted.lost += entries),
    },
  );
  return { audit, written, log, counted, store };
}

const away = (): Error => new StoreUnavailableError("away");

test("writes what could not be written once the store is back, in order, and counts each try", async () => {
  const { audit, written, counted, store } = makeAudit();
  store.fail = away;
  audit.opened(session("a"));
  audit.opened(session("b"));
  audit.ended("a", end);
  await expect.poll(() => counted.failed, soon).toBeGreaterThan(1);
  expect(written).toEqual([]);
  store.fail = null;
  await audit.flush(10_000);
  expect(written).toEqual(["a opened", "b opened", "a ended"]);
  expect(counted.lost).toBe(0);
});

test("gives up at the end where the store stays away, and says how many entries are lost", async () => {
  const { audit, log, counted, store } = makeAudit();
  store.fail = away;
  for (const id of ["a", "b", "c"]) audit.opened(session(id));
  await audit.flush(1);
  expect(counted.lost).toBe(3);
  expect(log).toMatchObject([{ level: "error", fields: { entries: 3 } }]);
});

test("goes on behind an entry that no store would take, which is lost", async () => {
  const { audit, written, log, counted, store } = makeAudit();
  store.fail = (id) => (id === "b" ? new Error("not in this life") : undefined);
  for (const id of ["a", "b", "c"]) audit.opened(session(id));
  await audit.flush(10_000);
  expect(written).toEqual(["a opened", "c opened"]);
  expect(counted).toEqual({ failed: 1, lost: 1 });
  expect(log.map(({ level }) => level)).toEqual(["error"]);
});

test("keeps so many entries at most, and loses the oldest, which it says once", async () => {
  const { audit, log, counted, store } = makeAudit();
  store.fail = away;
  for (let i = 0; i < 100_010; i++) audit.opened(session(String(i)));
  expect(counted.lost).toBe(10);
  expect(log).toHaveLength(1);
  store.fail = null;
  await audit.flush(10_000);
});
