import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const module = new URL("../../src/program/young-generation.ts", import.meta.url).href;

/** How often the young generation has doubled while 64 MiB came that stayed. */
function doublings(before: string): number {
  const program = `
    import { getHeapSpaceStatistics } from "node:v8";
    import { keepYoungGeneration } from ${JSON.stringify(module)};
    // Between two scavenges the figure also holds pages that are about to move to the old generation.
    const size = () => {
      gc({ type: "minor" });
      gc({ type: "minor" });
      return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size;
    };
    const kept = [];
    const fill = (count) => { for (let i = 0; i < count; i++) kept.push({ i, next: [i] }); };
    fill(100_000);
    ${before}
    const first = size();
    fill(700_000);
    console.log(Math.log2(size() / first), kept.length);
  `;
  const args = ["--expose-gc", "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  return Number.parseFloat(stdout);
}

test("V8's young generation stays as it is, and would grow otherwise", () => {
  expect(doublings("keepYoungGeneration();")).toBeLessThanOrEqual(0);
  expect(doublings("")).toBeGreaterThan(0);
});
