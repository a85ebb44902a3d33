import { describe, expect, it } from "vitest";
import { createBatcher } from "../../src/store/batch.ts";

const createFixture = () => {
  const scheduled: { readonly run: () => void; readonly busy: boolean }[] = [];
  const batches: (readonly number[])[] = [];
  const batcher = createBatcher<number>(
    (run, busy) => scheduled.push({ run, busy }),
    (batch) => batches.push(batch),
  );
  return { ...batcher, scheduled, batches };
};

describe("createBatcher", () => {
  it("hands on together what came together, in order", () => {
    const { push, scheduled, batches } = createFixture();
    [1, 2, 3].forEach(push);
    expect(batches).toEqual([]);
    expect(scheduled).toHaveLength(1);
    scheduled[0]?.run();
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it("schedules anew for what comes later", () => {
    const { push, scheduled, batches } = createFixture();
    push(1);
    scheduled[0]?.run();
    push(2);
    scheduled[1]?.run();
    expect(batches).toEqual([[1], [2]]);
  });

  it("hands nothing on twice, however often it is run", () => {
    const { push, flush, scheduled, batches } = createFixture();
    push(1);
    flush();
    scheduled[0]?.run();
    flush();
    expect(batches).toEqual([[1]]);
  });

  it("asks for a slower pace while much arrives, and no longer", () => {
    const { push, scheduled } = createFixture();
    for (let i = 0; i < 100; i++) push(i);
    scheduled.at(-1)?.run();
    push(1);
    scheduled.at(-1)?.run();
    push(2);
    expect(scheduled.map(({ busy }) => busy)).toEqual([false, true, false]);
  });
});
