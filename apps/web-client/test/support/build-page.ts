import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));
const inputs = [
  ...["src", "public", "index.html", "vite.config.ts", "package.json"],
  ...[
    "../../packages/client/src",
    "../../packages/protocol/src",
    "../../packages/wire/src",
    "../../pnpm-lock.yaml",
  ],
].map((path) => join(root, path));

/** Where the built page stands. */
export const pageRoot = join(root, "dist");

/** Before the tests: builds the page, unless there is one that is newer than all it is made of. */
export async function setup(): Promise<void> {
  const built = await stat(join(pageRoot, "index.html")).catch(() => null);
  if (built !== null && built.mtimeMs > (await newest(inputs))) return;
  // What vitest sets would have Vite build another page than the one that people get.
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  await build({ root, logLevel: "warn" });
  process.env["NODE_ENV"] = before;
}

async function newest(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path);
      if (!found.isDirectory()) return found.mtimeMs;
      const entries = await readdir(path, { recursive: true });
      return Math.max(found.mtimeMs, await newest(entries.map((entry) => join(path, entry))));
    }),
  );
  return Math.max(...times);
}
