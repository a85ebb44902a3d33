import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Workspace packages resolve to their source, so tests need no build. Node's and Vite's own
// default conditions have to be repeated, because setting the option replaces them.
const conditions = ["@wsecho/source", "module", "node", "development|production"];

// Programs that tests start are run from source, too. Node keeps here what it has compiled, without its
// types: two thirds of what a start costs, and some tests start five.
const compiled = fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

const project = (name: string, root: string, globalSetup: string[] = []) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["@wsecho/source", "node"] } },
  test: {
    name,
    root,
    include: ["test/**/*.test.{ts,tsx}"],
    globalSetup,
    env: { NODE_COMPILE_CACHE: compiled },
    // Real servers, processes and a browser share two cores in CI: where others use them too, a test
    // takes ten times as long. These are how long a failure takes, not how long a success waits.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});

export default defineConfig({
  test: {
    // .ci/run reads its last line from the report.
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]],
    projects: [
      project("root", "."),
      project("protocol", "packages/protocol"),
      project("wire", "packages/wire"),
      project("client", "packages/client"),
      project("testkit", "packages/testkit"),
      project("server", "apps/server"),
      project("cli", "apps/cli-client"),
      // Its browser tests need the page as it is built.
      project("web", "apps/web-client", ["test/support/build-page.ts"]),
      project("conformance", "conformance"),
      project("bench", "bench"),
      project("article", "examples/article"),
      project("embed-protocol", "examples/embed-protocol"),
    ],
  },
});
