import { expect, test } from "vitest";
import { BusyError, createLanes, createLimiter } from "../src/limiter.ts";

/** A task that ends when it is told to. */
function makeTask() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let started = false;
  return {
    run: () => {
      started = true;
      return promise;
    },
    end: resolve,
    started: () => started,
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("runs so many at a time, the others in their order, and refuses those beyond", async () => {
  const limiter = createLimiter(2, 1);
  const tasks = [makeTask(), makeTask(), makeTask()] as const;
  const running = tasks.map((task) => limiter.run(task.run));
  await expect(limiter.run(makeTask().run)).rejects.toBeInstanceOf(BusyError);
  expect(tasks.map((task) => task.started())).toEqual([true, true, false]);
  expect([limiter.running(), limiter.waiting()]).toEqual([2, 1]);
  tasks[1].end("b");
  await settle();
  expect(tasks[2].started()).toBe(true);
  tasks[0].end("a");
  tasks[2].end("c");
  expect(await Promise.all(running)).toEqual(["a", "b", "c"]);
  expect([limiter.running(), limiter.waiting()]).toEqual([0, 0]);
});

test("gives its place away when a task fails", async () => {
  const limiter = createLimiter(1, 1);
  const failing = limiter.run(() => Promise.reject(new Error("no")));
  const next = limiter.run(() => Promise.resolve("yes"));
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
});

test("keeps lanes apart", async () => {
  const lanes = createLanes(1, 0);
  const slow = makeTask();
  const first = lanes.run("a", slow.run);
  await expect(lanes.run("a", () => Promise.resolve("a"))).rejects.toBeInstanceOf(BusyError);
  expect(await lanes.run("b", () => Promise.resolve("b"))).toBe("b");
  slow.end("done");
  expect(await first).toBe("done");
  expect(await lanes.run("a", () => Promise.resolve("again"))).toBe("again");
});
