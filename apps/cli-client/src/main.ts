#!/usr/bin/env node
// Everything heavier than this file is loaded only when the arguments ask for it. It is built as
// CommonJS, which Node starts sooner than a module: see `pnpm --filter @wsecho/bench run startup`.
import { enableCompileCache } from "node:module";
import manifest from "../package.json" with { type: "json" };

const { version } = manifest;
const args = process.argv.slice(2);
const [first] = args;
if (args.length === 1 && (first === "--version" || first === "-V")) console.log(version);
else {
  // Most of a start is compiling: Node keeps the outcome for the next one, in the temporary folder.
  enableCompileCache();
  void import("./run.ts").then(({ run }) => run(args, version));
}
