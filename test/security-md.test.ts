import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** What the first part of a path in SECURITY.md stands for. */
const folders: Readonly<Record<string, string>> = {
  server: "apps/server/test",
  cli: "apps/cli-client/test",
  web: "apps/web-client/test",
  protocol: "packages/protocol/test",
  client: "packages/client/test",
  testkit: "packages/testkit/test",
};

interface Row {
  readonly threat: string;
  readonly evidence: readonly string[];
}

function rowsOf(markdown: string): readonly Row[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (threat|---) /.test(line))
    .map((line) => {
      const [threat = "", , evidence = "", ...rest] = line.slice(2, -2).split(" | ");
      if (rest.length > 0) throw new Error(`more than three cells: ${line}`);
      return { threat, evidence: evidence.split("<br>").filter((part) => part !== "") };
    });
}

/** The titles of the tests in `source` that run, as they are written. */
function titlesOf(source: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) {
        if (isTest(node.expression)) titles.push(title.text);
      } else if (title !== undefined && ts.isTemplateExpression(title) && isTest(node.expression))
        titles.push(title.getText().slice(1, -1));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("test.ts", source, ts.ScriptTarget.Latest, true));
  return titles;
}

/** `test`, `it.each([…])`, `test.skipIf(…)`, but nothing that never runs. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isCallExpression(callee)) return isTest(callee.expression);
  if (ts.isPropertyAccessExpression(callee))
    return !["skip", "todo", "fails"].includes(callee.name.text) && isTest(callee.expression);
  return ts.isIdentifier(callee) && ["test", "it"].includes(callee.text);
}

/** What is wrong with one piece of evidence; `undefined` where it is one. */
function problemOf(evidence: string): string | undefined {
  if (/^not yet: \S/.test(evidence)) return undefined;
  const [, folder = "", file = "", title = ""] =
    /^`([a-z]+)\/([\w./-]+)` › (.+)$/.exec(evidence) ?? [];
  const path = `${folders[folder] ?? `${folder} (no such folder)`}/${file}`;
  if (title === "") return `names no test: ${evidence}`;
  if (!existsSync(new URL(path, root))) return `there is no ${path}`;
  return titlesOf(read(path)).includes(title) ? undefined : `${path} has no test “${title}”`;
}

const rows = rowsOf(read("SECURITY.md"));

test.each(rows)("SECURITY.md shows a test for: $threat", ({ evidence }) => {
  expect(evidence).not.toEqual([]);
  expect(evidence.map(problemOf).filter((problem) => problem !== undefined)).toEqual([]);
});

test("SECURITY.md has a row for each threat, once", () => {
  const threats = rows.map(({ threat }) => threat);
  expect(new Set(threats).size).toBe(threats.length);
  expect(threats.length).toBeGreaterThan(50);
});

describe("the check", () => {
  test("finds tests in every form, and not those that never run", () => {
    const source = `
      test("a", () => {});
      it.each([["x(", [1, ["y"]]]])("b %s", () => {});
      test.skipIf(!canMount())("c", () => {});
      it(\`d \${what}\`, () => {});
      test.skip("e", () => {});
      it.todo("f");
      describe("g", () => { test("h", () => {}); });
      // test("i", () => {});
      say("test(\\"j\\")");
    `;
    expect(titlesOf(source)).toEqual(["a", "b %s", "c", "d ${what}", "h"]);
  });

  test("finds rows without a test, with one that is not there, and with none that could be read", () => {
    const table = [
      "| threat | what is done | seen by |",
      "| --- | --- | --- |",
      "| one | much |  |",
      "| two | much | `server/limiter.test.ts` › keeps lanes apart<br>not yet: later |",
    ].join("\n");
    expect(rowsOf(table)).toEqual([
      { threat: "one", evidence: [] },
      {
        threat: "two",
        evidence: ["`server/limiter.test.ts` › keeps lanes apart", "not yet: later"],
      },
    ]);
    expect(problemOf("`server/limiter.test.ts` › keeps lanes apart")).toBeUndefined();
    expect(problemOf("`server/limiter.test.ts` › keeps lanes")).toContain("has no test");
    expect(problemOf("`server/limits.ts` › keeps lanes")).toContain("there is no");
    expect(problemOf("`elsewhere/limiter.test.ts` › keeps lanes apart")).toContain("there is no");
    expect(problemOf("tested by hand")).toContain("names no test");
    expect(problemOf("not yet:")).toContain("names no test");
  });
});
