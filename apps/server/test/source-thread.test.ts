import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { startSourceThread } from "../src/source-thread.ts";
import { soon } from "./support/soon.ts";

const isStripper = (name: string): boolean => name.includes("amaro");

/** Of Node's own modules, those that this thread has loaded; a list that its types lack. */
const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };

const hear = (worker: Worker): Promise<[{ soon: unknown; loaded: readonly string[] }]> =>
  once(worker, "message") as ReturnType<typeof hear>;

test("threads run TypeScript without taking types away themselves", async () => {
  const file = new URL("./support/loaded-modules.ts", import.meta.url);
  const workers = Array.from({ length: 4 }, () => startSourceThread(file, {}));
  for (const [said] of await Promise.all(workers.map(hear))) {
    expect(said.soon).toEqual(soon);
    expect(said.loaded.filter(isStripper)).toEqual([]);
  }
  // Here it has happened, and it shows.
  expect(moduleLoadList.filter(isStripper)).not.toEqual([]);
});
