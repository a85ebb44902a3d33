// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default {
  entry: { index: "src/index.ts", main: "src/main.ts" },
  format: "esm",
  tsconfig: "src/tsconfig.json",
  target: "node24",
  platform: "node",
  dts: true,
  sourcemap: true,
  clean: true,
};
