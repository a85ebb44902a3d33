// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default {
  entry: {
    index: "src/index.ts",
    "client/index": "src/client/index.ts",
    "server/index": "src/server/index.ts",
    "scram/index": "src/scram/index.ts",
    "events/index": "src/events/index.ts",
    "faults/index": "src/faults/index.ts",
    "vectors/index": "src/vectors/index.ts",
  },
  format: "esm",
  // What the SCRAM entry needs of the environment is typed by the DOM library.
  tsconfig: "src/scram/tsconfig.json",
  target: "es2023",
  platform: "neutral",
  dts: true,
  sourcemap: true,
  clean: true,
};
