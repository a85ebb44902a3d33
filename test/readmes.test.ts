import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemo, type Demo } from "../packages/client/test/support/demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo[Symbol.asyncDispose]());

/** Runs a program as a reader would, in a process whose imports see the package at `cwd`. */
function run(
  code: string,
  cwd: string,
): Promise<{ readonly output: string; readonly errors: string }> {
  const args = ["--conditions=@wsecho/source", "--input-type=module-typescript", "-"];
  const child = spawn(process.execPath, args, { cwd });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.end(code);
  return new Promise((resolve) => child.once("close", () => resolve({ output, errors })));
}

/** What the comments behind `console.log` promise, in order. */
function promised(code: string): string {
  const lines = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].flatMap(([, said = ""]) =>
    said.split(/, then: |, (?=[a-z]+(?:,|$))/),
  );
  return `${lines.join("\n")}\n`;
}

describe.each([
  ["packages/client", 4],
  ["packages/protocol", 1],
  ["packages/wire", 1],
])("the snippets of %s/README.md", async (folder, count) => {
  const cwd = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  const readme = await readFile(`${cwd}/README.md`, "utf8");
  // What it prints stands in its comments, or in a block of its own behind it.
  const snippets = [...readme.matchAll(/```ts\n(.*?)```(?:\n\n```\n(.*?)```)?/gs)];

  it("are all there", () => {
    expect(snippets).toHaveLength(count);
  });

  it.each(
    snippets.map(([, code = "", block], i) => [i + 1, code, block ?? promised(code)] as const),
  )("do what they say (%i)", async (_number, code, says) => {
    const { output, errors } = await run(code.replaceAll("ws://127.0.0.1:5678", demo.url), cwd);
    expect(errors).toBe("");
    expect(output).toBe(says);
    expect(says.trim()).not.toBe("");
  });
});
