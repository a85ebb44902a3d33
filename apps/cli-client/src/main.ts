#!/usr/bin/env node
// Everything heavier than this file is loaded only when the arguments ask for it.
import { readFileSync } from "node:fs";

const version = (): string => {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
};

const args = process.argv.slice(2);
const [first] = args;
if (args.length === 1 && (first === "--version" || first === "-V")) {
  console.log(version());
} else {
  const { run } = await import("./run.ts");
  await run(args, version());
}
