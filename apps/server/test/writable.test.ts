import { expect, test } from "vitest";
import { createWritable } from "../src/writable.ts";

test("asks nothing while writes succeed, and one look for all that wait once one has failed", async () => {
  let full = false;
  let looks = 0;
  const write = (): Promise<string> =>
    full ? Promise.reject(new Error("disk full")) : Promise.resolve("written");
  const writable = createWritable(async () => {
    looks++;
    await write();
  });
  await writable.assure();
  expect(await writable.watch(write())).toBe("written");
  await writable.assure();
  expect(looks).toBe(0);

  full = true;
  await expect(writable.watch(write())).rejects.toThrow("disk full");
  const waiting = Array.from({ length: 20 }, () => writable.assure());
  for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe("rejected");
  expect(looks).toBe(1);

  full = false;
  await writable.assure();
  expect(looks).toBe(2);
  await writable.assure();
  expect(looks).toBe(2);
});
