import { cases, type Case } from "../../src/cases.ts";
import { runCases, type Result } from "../../src/run.ts";
import type { Target } from "../../src/target.ts";

export const demo = { user: "admin", password: "123456" };

export function targetOf(url: string, changes: Partial<Target> = {}): Target {
  return {
    url: new URL(url),
    ...demo,
    timeoutMs: 5000,
    maxWaitMs: 2000,
    destructive: true,
    ...changes,
  };
}

export function caseNamed(id: string): Case {
  const found = cases.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

export const run = (selected: readonly Case[], target: Target): Promise<readonly Result[]> =>
  runCases(selected, target, () => undefined);

/** What a failed test should show. */
export const failuresOf = (results: readonly Result[]): readonly Result[] =>
  results.filter(({ outcome }) => outcome === "failed");
