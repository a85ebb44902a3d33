#!/usr/bin/env node
// Everything heavier than this file is loaded only when the arguments ask for it. It is built as
// CommonJS, which Node starts sooner than a module: see `pnpm --filter @wsecho/bench run startup`.
import { enableCompileCache } from "node:module";
import manifest from "../package.json" with { type: "json" };

const { version } = manifest;
const args = process.argv.slice(2);
const [first] = args;
if (args.length === 1 && (first === "--version" || first === "-V")) console.log(version);
else if (Number.parseInt(process.versions.node) < 24) {
  // What follows would fail there, in words that help nobody.
  process.stderr.write(
    `wsecho needs Node 24 or newer; this one is ${process.versions.node}.\n` +
      "Get a newer one from https://nodejs.org, or by your version manager.\n",
  );
  process.exitCode = 2;
} else {
  // Most of a start is compiling: Node keeps the outcome for the next one. In a folder of the user's
  // own, and not in the temporary one, where somebody else could lay down code for us to run.
  const { XDG_CACHE_HOME = "", HOME = "", LOCALAPPDATA = "" } = process.env;
  const cache = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
  if (cache !== "") enableCompileCache(`${cache}/wsecho`);
  void import("./run.ts").then(({ run }) => run(args, version));
}
