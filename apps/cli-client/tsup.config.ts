const shared = {
  tsconfig: "src/tsconfig.json",
  target: "node24",
  platform: "node",
  dts: false,
  sourcemap: true,
  // Less to read at each start; names stay, for whoever reports a bug.
  minifyWhitespace: true,
  minifySyntax: true,
};

// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default [
  {
    ...shared,
    entry: { wsecho: "src/main.ts" },
    // Node starts CommonJS sooner.
    format: "cjs",
    esbuildPlugins: [
      {
        name: "the program is a file of its own",
        setup(build: Build) {
          build.onResolve({ filter: /^\.\/run\.ts$/ }, () => ({
            path: "./run.js",
            external: true,
          }));
        },
      },
    ],
  },
  {
    ...shared,
    entry: { run: "src/run.ts" },
    format: "esm",
    // Nothing from node_modules is needed beside it. What is loaded lazily is a file of its own, or
    // Node's modules that it imports would be loaded at every start.
    noExternal: [/./],
    // The workspace's packages from their source: what is built here is never older than they are.
    esbuildOptions: (options: { conditions?: string[] }) => {
      options.conditions = ["@wsecho/source", "module"];
    },
    // `ws` is CommonJS, and asks for Node's own modules by a `require` that a module does not have.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  },
];

/** The part of esbuild's plugin interface that is used. */
interface Build {
  onResolve(
    options: { readonly filter: RegExp },
    callback: () => { readonly path: string; readonly external: boolean },
  ): void;
}
