import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

/** The contract and the client for a page, by file name; `page.js` is where to begin. */
export async function bundlePage(): Promise<ReadonlyMap<string, string>> {
  const result = (await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("../..", import.meta.url)),
    resolve: { conditions: ["@wsecho/source", "module", "browser"] },
    build: {
      write: false,
      minify: false,
      target: "es2023",
      lib: { entry: "test/support/page.ts", formats: ["es"], fileName: "page" },
    },
  })) as Rolldown.RolldownOutput[];
  const chunks = result.flatMap(({ output }) => output);
  return new Map(
    chunks.flatMap((chunk) => (chunk.type === "chunk" ? [[`/${chunk.fileName}`, chunk.code]] : [])),
  );
}
