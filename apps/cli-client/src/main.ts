#!/usr/bin/env node
// Everything heavier than this file is loaded only when the arguments ask for it. It is built as
// CommonJS, which Node starts sooner than a module: see `pnpm --filter @wsecho/bench run startup`.
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
} else void import("./run.ts").then(({ run }) => run(args, version));
