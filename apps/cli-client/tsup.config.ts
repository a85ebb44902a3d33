// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default {
  entry: { main: "src/main.ts" },
  format: "esm",
  tsconfig: "src/tsconfig.json",
  target: "node24",
  platform: "node",
  dts: false,
  sourcemap: true,
  clean: true,
};
