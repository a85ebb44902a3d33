import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const shared = {
  tsconfig: "src/tsconfig.json",
  target: "node24",
  platform: "node",
  // Node starts CommonJS sooner: a module that imports from one of Node's own has all of that
  // evaluated, and what those load in turn.
  format: "cjs",
  dts: false,
  removeNodeProtocol: false,
  sourcemap: true,
  // Less to read at each start; names stay, for whoever reports a bug.
  minifyWhitespace: true,
  minifySyntax: true,
};

/** Whatever matches is loaded from this file beside the program when it is asked for. */
const apart = (filter: RegExp, path: string) => ({
  name: `${path} is a file of its own`,
  setup(build: Build) {
    build.onResolve({ filter }, () => ({ path, external: true }));
  },
});

/** The program proper is a file of its own, too, run as it was compiled before. */
const compiled = {
  name: "run.ts is loaded with its compiled code",
  setup(build: Build) {
    const path = fileURLToPath(new URL("src/run-compiled.ts", import.meta.url));
    build.onResolve({ filter: /^\.\/run\.ts$/ }, () => ({ path }));
  },
};

/** Of `commander`, what each start would pay for and nobody here has use for. */
const lightCommander = {
  name: "commander without what is not used",
  setup(build: Build) {
    build.onResolve({ filter: /^node:(child_process|fs|path|process)$/ }, ({ path, importer }) => {
      if (!/[\\/]commander[\\/]/.test(importer)) return undefined;
      // Programs for subcommands that are some: there are none here.
      return { path, namespace: path === "node:child_process" ? "empty" : "whole" };
    });
    build.onLoad({ filter: /./, namespace: "empty" }, () => ({ contents: "export default {};" }));
    // As it is: of what is imported, esbuild copies each property.
    build.onLoad({ filter: /./, namespace: "whole" }, ({ path }) => ({
      contents: `export default process.getBuiltinModule("${path}");`,
    }));
    // Names of values may be of any script there. Ours are ASCII; to ask ICU takes half a millisecond.
    build.onLoad({ filter: /[\\/]commander[\\/]lib[\\/]option\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const anyName = String.raw`/\p{ID_Continue}\.\.\.[>\]]$/u`;
      if (!source.includes(anyName)) throw new Error(`${path} has no ${anyName} any more`);
      return { contents: source.replace(anyName, String.raw`/\w\.\.\.[>\]]$/`) };
    });
  },
};

/**
 * `ws` loads what only a server, `wss:` and compression need at once, and Node takes longer for `tls`
 * than for all the rest of a connection. This way each is loaded when something of it is first used,
 * and of what each connection needs the little that it is has been written anew.
 */
const lateForWs = {
  name: "tls, https, http and zlib are loaded when used",
  setup(build: Build) {
    const quick = (name: string) => ({
      path: fileURLToPath(new URL(`src/connection/quick-${name}.ts`, import.meta.url)),
    });
    build.onResolve({ filter: /^(tls|https|http|zlib|crypto)$/ }, ({ path, importer }) => {
      const [, file] = /[\\/]ws[\\/]lib[\\/]([\w-]+)\.js$/.exec(importer) ?? [];
      if (file === undefined) return undefined;
      if (path === "crypto") return quick("crypto");
      if (path === "http" && file === "websocket") return quick("request");
      // It looks there for how to mask in native code, which Node 24 has not.
      if (path === "http" && file === "buffer-util") return { path, namespace: "empty" };
      return { path, namespace: "late" };
    });
    build.onLoad({ filter: /./, namespace: "late" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require("node:${path}")[name] });`,
    }));
  },
};

/** By `require`: Node reads what `import` gets from CommonJS a second time. */
const byRequire = { "dynamic-import": false };

/** Node reads ASCII as it is; and V8 reads a set of Unicode where one stands as literal only once. */
const readable = { "regexp-unicode-property-escapes": true };

// Without tsup's defineConfig: the types that tsup 9 ships do not resolve.
export default [
  {
    ...shared,
    entry: { wsecho: "src/main.ts" },
    esbuildPlugins: [compiled],
    esbuildOptions: (options: EsbuildOptions) => {
      options.supported = byRequire;
    },
  },
  {
    ...shared,
    entry: { run: "src/run.ts" },
    // `import.meta.url` is where the page of `proxy --ui` lies.
    shims: true,
    // Nothing from node_modules is needed beside it. What is imported lazily stands in the same file,
    // and runs, with Node's modules that it wants, when it is first asked for; but for the two that
    // are nearly half of it.
    noExternal: [/./],
    esbuildPlugins: [
      apart(/^selfsigned$/, "./selfsigned.cjs"),
      apart(/^json-p3$/, "./json-p3.cjs"),
      lightCommander,
      lateForWs,
    ],
    esbuildOptions: (options: EsbuildOptions) => {
      // As Node wraps a file of CommonJS: it is compiled as it stands (`src/compiled.ts`).
      options.banner = { js: "(function (exports, require, module, __filename, __dirname) {" };
      options.footer = { js: "})" };
      // The workspace's packages from their source: what is built here is never older than they are.
      options.conditions = ["@wsecho/source", "module"];
      options.supported = { ...byRequire, ...readable };
      options.charset = "ascii";
      // What is native cannot come along in a bundle, so `ws` need not look for it.
      options.define = { ...options.define, "process.env.WS_NO_BUFFER_UTIL": '"1"' };
    },
  },
  {
    ...shared,
    entry: {
      selfsigned: fileURLToPath(import.meta.resolve("selfsigned")),
      "json-p3": fileURLToPath(import.meta.resolve("json-p3")),
    },
    noExternal: [/./],
  },
];

/** The parts of esbuild's interface that are used. */
interface EsbuildOptions {
  conditions?: string[];
  supported?: Readonly<Record<string, boolean>>;
  define?: Readonly<Record<string, string>>;
  charset?: "ascii" | "utf8";
  banner?: Readonly<Record<string, string>>;
  footer?: Readonly<Record<string, string>>;
}

interface Resolved {
  readonly path: string;
  readonly external?: boolean;
  readonly namespace?: string;
}

interface Build {
  onResolve(
    options: { readonly filter: RegExp },
    callback: (given: { readonly path: string; readonly importer: string }) => Resolved | undefined,
  ): void;
  onLoad(
    options: { readonly filter: RegExp; readonly namespace?: string },
    callback: (given: { readonly path: string }) => { readonly contents: string },
  ): void;
}
