import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pageRoot } from "./support/build-page.ts";

/** The files that `index.html` names, which is what a browser loads before it draws the login. */
const gzipBytes = async (ending: "js" | "css"): Promise<number> => {
  const html = await readFile(join(pageRoot, "index.html"), "utf8");
  const named = html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g);
  // One that is named twice is loaded once.
  const names = new Set(Array.from(named, ([, name]) => name ?? ""));
  const files = [...names].filter((name) => name.endsWith(`.${ending}`));
  const sizes = await Promise.all(
    files.map(async (name) => gzipSync(await readFile(join(pageRoot, name)), { level: 9 }).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

describe("the first load", () => {
  it("is small: bytes of script and styles, compressed; a hair above what was measured", async () => {
    expect(await gzipBytes("js")).toBeLessThan(54_400);
    expect(await gzipBytes("css")).toBeLessThan(5_000);
  });
});
