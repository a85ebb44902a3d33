// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default {
  entry: {
    index: "src/index.ts",
    main: "src/main.ts",
    // A thread of its own, so a file of its own.
    "sqlite-worker": "src/store/sqlite-worker.ts",
    "tap-worker": "src/tap/thread-worker.ts",
  },
  format: "esm",
  tsconfig: "src/tsconfig.json",
  target: "node24",
  platform: "node",
  // There is no "sqlite" without its "node:".
  removeNodeProtocol: false,
  dts: true,
  sourcemap: true,
  clean: true,
};
