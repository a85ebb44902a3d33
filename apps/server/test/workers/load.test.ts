import { expect, test } from "vitest";
import { floodAll, total } from "../support/flood.ts";
import { soon } from "../support/soon.ts";
import { entries, startPool } from "./support.ts";

test("all workers answer under load all that they took, and the program ends with 0", async () => {
  const { program, url, stop } = await startPool(["--demo", "--allow-anonymous", "--restarting"]);
  const floods = await floodAll(url);
  await expect.poll(() => total(floods), soon).toBeGreaterThan(5000);
  const busy = new Set(entries(program, "connected").map(({ worker }) => worker));
  expect(busy).toEqual(new Set([1, 2]));
  const ended = stop();
  for (const { client } of floods) expect((await client.closed).code).toBe(1012);
  expect(await ended).toEqual({ status: 0, signal: null });
  expect(floods.flatMap(({ wrong }) => wrong)).toEqual([]);
});
