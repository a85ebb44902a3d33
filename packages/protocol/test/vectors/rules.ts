import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

export interface Rule {
  readonly id: string;
  readonly text: string;
}

/** The rules that PROTOCOL.md states, in its order. */
export function rulesOf(markdown: string): readonly Rule[] {
  return [...markdown.matchAll(/^- \*\*([A-Z]\d+)\*\* (.+)$/gm)].map(([, id = "", text = ""]) => ({
    id,
    text,
  }));
}

/** Rule ids in titles of tests, `it("[R1, R2] …")`, and where they stand. */
export async function testedRules(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for await (const file of glob("{packages,apps,examples}/*/test/**/*.test.{ts,tsx}", inRoot)) {
    for (const title of titlesOf(await readFile(`${root}${file}`, "utf8")))
      note(found, title, file);
  }
  for await (const file of glob("conformance/test/**/*.test.ts", inRoot)) {
    for (const title of titlesOf(await readFile(`${root}${file}`, "utf8")))
      note(found, title, file);
  }
  return found;
}

const inRoot = { cwd: root, exclude: (path: string) => path.includes("node_modules") };

/** Titles of tests that run; one that is skipped or still to do proves nothing. */
export function titlesOf(source: string): readonly string[] {
  const call =
    /\b(?:it|test|describe)(?:\.(?!skip|todo|fails)\w+(?:\((?:[^()]|\([^()]*\))*\))?)*\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;
  return [...source.matchAll(call)].map(([, , title = ""]) => title);
}

function note(found: Map<string, string[]>, title: string, file: string): void {
  for (const [, list = ""] of title.matchAll(/\[([A-Z]\d+(?:, [A-Z]\d+)*)\]/g))
    for (const id of list.split(", ")) found.set(id, [...(found.get(id) ?? []), file]);
}

/** Rule ids that vectors carry, and the vectors that carry them. */
export async function vectorRules(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for await (const file of glob("packages/protocol/vectors/*.json", inRoot)) {
    const { vectors = [] } = JSON.parse(await readFile(`${root}${file}`, "utf8")) as {
      readonly vectors?: readonly { readonly id: string; readonly rules: readonly string[] }[];
    };
    for (const { id, rules } of vectors)
      for (const rule of rules) found.set(rule, [...(found.get(rule) ?? []), id]);
  }
  return found;
}
