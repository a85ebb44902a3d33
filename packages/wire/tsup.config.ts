// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default {
  entry: { index: "src/index.ts", secrets: "src/secrets.ts" },
  // What both hold is small; a file that they share makes whoever loads the decoder load more.
  splitting: false,
  format: "esm",
  tsconfig: "src/tsconfig.json",
  target: "es2023",
  platform: "neutral",
  dts: true,
  sourcemap: true,
  clean: true,
};
