import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemo, type Demo } from "./support/demo.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo[Symbol.asyncDispose]());

/** Runs a program as a reader would, in a process whose imports see this package. */
function run(code: string): Promise<{ readonly output: string; readonly errors: string }> {
  const args = ["--conditions=@wsecho/source", "--input-type=module-typescript", "-"];
  const child = spawn(process.execPath, args, { cwd: root });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.end(code);
  return new Promise((resolve) => child.once("close", () => resolve({ output, errors })));
}

/** What the comments behind `console.log` promise, in order. */
function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].flatMap(([, said = ""]) =>
    said.split(/, then: |, (?=[a-z]+(?:,|$))/),
  );
}

describe("the snippets of the README", () => {
  it("are four", () => {
    expect(snippets).toHaveLength(4);
  });

  for (const [i, code] of snippets.entries()) {
    it(`do what they say (${String(i + 1)})`, async () => {
      const { output, errors } = await run(code.replaceAll("ws://127.0.0.1:5678", demo.url));
      expect(errors).toBe("");
      expect(output.trimEnd().split("\n")).toEqual(promised(code));
      expect(promised(code)).not.toEqual([]);
    });
  }
});
