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
  // Nothing from node_modules is needed beside it. What is loaded lazily is a file of its own, or
  // Node's modules that it imports would be loaded at the start even for --version.
  noExternal: [/./],
  // The workspace's packages from their source: what is built here is never older than they are.
  esbuildOptions: (options: { conditions?: string[] }) => {
    options.conditions = ["@wsecho/source", "module"];
  },
  // `ws` is CommonJS, and asks for Node's own modules by a `require` that a module does not have.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
};
