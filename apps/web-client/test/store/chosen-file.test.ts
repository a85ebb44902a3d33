import { describe, expect, it } from "vitest";
import { createFileChoice } from "../../src/store/chosen-file.ts";

const file = (bytes: number, name = "a.bin"): File => new File([new Uint8Array(bytes)], name);

describe("the composer's file", () => {
  it("is one, within the room that there is", async () => {
    const { file: chosen, problem, choose } = createFileChoice(() => 10);
    await choose([file(10)]);
    expect(chosen.value).toEqual({ name: "a.bin", data: new Uint8Array(10) });
    await choose([file(11, "b.bin")]);
    expect(chosen.value).toBeNull();
    expect(problem.value).toEqual({ kind: "tooBig", name: "b.bin", limit: 10 });
    await choose([file(1), file(1)]);
    expect(problem.value).toEqual({ kind: "several" });
    await choose([]);
    expect([chosen.value, problem.value]).toEqual([null, null]);
  });

  it("is the last that was chosen, however long another takes to be read", async () => {
    const { file: chosen, choose } = createFileChoice(() => 10);
    const slow = choose([file(1, "slow")]);
    await choose([file(2, "quick")]);
    await slow;
    expect(chosen.value?.name).toBe("quick");
  });

  it("that cannot be read, as a folder, is said to be none", async () => {
    const { problem, choose } = createFileChoice(() => 10);
    const folder = file(1, "folder");
    Object.assign(folder, { arrayBuffer: () => Promise.reject(new Error("no")) });
    await choose([folder]);
    expect(problem.value).toEqual({ kind: "unreadable", name: "folder" });
  });
});
