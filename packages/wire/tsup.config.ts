// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default {
  entry: { index: "src/index.ts" },
  format: "esm",
  tsconfig: "src/tsconfig.json",
  target: "es2023",
  platform: "neutral",
  dts: true,
  sourcemap: true,
  clean: true,
};
