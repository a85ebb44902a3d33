import { readdir, readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import type { Vector } from "../src/vectors/index.ts";

const folder = new URL("../vectors/", import.meta.url);
const read = async (name: string): Promise<string> => readFile(new URL(name, folder), "utf8");

/** These have formats, and tests, of their own. */
const others = new Set(["schema.json", "scram.json", "identity.json"]);
const files = (await readdir(folder)).filter((name) => name.endsWith(".json") && !others.has(name));

describe("the files of vectors", () => {
  it.each(files)("%s fits schema.json", async (name) => {
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
    const validate = ajv.compile(JSON.parse(await read("schema.json")) as object);
    const fits = validate(JSON.parse(await read(name)));
    // The errors that name a step are more telling than "no alternative fits".
    const errors = validate.errors?.filter(({ keyword }) => keyword !== "oneOf") ?? [];
    expect({ fits, errors }).toEqual({ fits: true, errors: [] });
  });

  it.each(files)(
    "%s is ASCII without half surrogate pairs, for every JSON reader",
    async (name) => {
      const text = await read(name);
      expect(text).toMatch(/^[\n -~]*$/);
      const strings: string[] = [];
      JSON.parse(text, (_, value: unknown) => {
        if (typeof value === "string") strings.push(value);
        return value;
      });
      expect(strings.filter((value) => /\p{Cs}/u.test(value))).toEqual([]);
    },
  );

  it("are all told of in README.md", async () => {
    const readme = await read("README.md");
    for (const name of [...files, ...others]) expect(readme).toContain(`\`${name}\``);
  });

  it("have ids of their own", async () => {
    const ids: string[] = [];
    for (const name of files) {
      const { vectors } = JSON.parse(await read(name)) as { vectors: readonly Vector[] };
      ids.push(...vectors.map(({ id }) => id));
    }
    expect(ids.length).toBe(new Set(ids).size);
  });
});
