import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allFrameCases, frameCasesAt } from "../src/frames/cases.ts";

const ids = frameCasesAt(["echo"]).map(({ id }) => id);
const markdown = readFileSync(new URL("../rfc6455.md", import.meta.url), "utf8");
const serverTests = new URL("../../apps/server/test/", import.meta.url);

/** The cells of all rows below the heads of their tables. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => line.startsWith("| "));
  return lines
    .map((line) =>
      line
        .slice(2, -2)
        .split("|")
        .map((cell) => cell.trim()),
    )
    .filter(([first = ""]) => !/^(section|group|-+)$/.test(first));
}

/** The ids that a name with stars stands for. */
function idsOf(name: string): readonly string[] {
  const pattern = new RegExp(`^${name.replaceAll(".", "\\.").replaceAll("*", ".+")}$`);
  return ids.filter((id) => pattern.test(id) || (name.endsWith("*") && id === name.slice(0, -1)));
}

/** Cases are named in one part of a cell, tests of the server in a part each. */
const partsOf = (evidence: string): readonly string[] => evidence.split("<br>");

const namesIn = (evidence: string): readonly string[] =>
  partsOf(evidence)
    .filter((part) => !part.includes("›"))
    .flatMap((part) => [...part.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));

function isTest(part: string): boolean {
  const [, file = "", title = ""] = /^`server\/([\w./-]+)` › (.+)$/.exec(part) ?? [];
  const url = new URL(file, serverTests);
  return (
    title !== "" && existsSync(url) && readFileSync(url, "utf8").includes(JSON.stringify(title))
  );
}

/** What is wrong with the last cell of a row; empty where nothing is. */
function problemsOf(evidence: string): readonly string[] {
  if (evidence === "none") return [];
  const names = namesIn(evidence);
  const tests = partsOf(evidence).filter((part) => part.includes("›"));
  if (names.length + tests.length === 0) return [`it names nothing: ${evidence}`];
  return [
    ...names.filter((name) => idsOf(name).length === 0).map((name) => `no case is ${name}`),
    ...tests.filter((part) => !isTest(part)).map((part) => `no test is ${part}`),
  ];
}

describe("rfc6455.md", () => {
  const rows = rowsOf(markdown);

  it("names cases and tests that are there, in each row", () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.flatMap((cells) => problemsOf(cells.at(-1) ?? ""))).toEqual([]);
  });

  it("has a place for each case", () => {
    const named = new Set(rows.flatMap((cells) => namesIn(cells.at(-1) ?? "").flatMap(idsOf)));
    expect(ids.filter((id) => !named.has(id))).toEqual([]);
  });

  it("gives each group of the Autobahn suite the cases that check the same", () => {
    const groups = rowsOf(markdown.slice(markdown.indexOf("## The Autobahn suite")));
    const listed = groups.map(([group = "", , names = ""]) => ({
      group,
      cases: new Set(namesIn(names).flatMap(idsOf)),
    }));
    const counted = groups.map(([group = ""]) => {
      const isIn = (number: string): boolean =>
        group.split(", ").some((each) => number.startsWith(`${each}.`));
      const cases = allFrameCases.filter(({ autobahn = [] }) => autobahn.some(isIn));
      return { group, cases: new Set(cases.map(({ id }) => id)) };
    });
    expect(listed).toEqual(counted);
  });

  it("would not pass with names of nothing", () => {
    expect(problemsOf("`ping-empty`<br>`server/pongs.test.ts` › answers no ping")).toHaveLength(1);
    expect(problemsOf("`ping-nothing`, `ping-*`")).toEqual(["no case is ping-nothing"]);
    expect(problemsOf("by hand")).toHaveLength(1);
  });
});
