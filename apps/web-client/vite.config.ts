import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

const { WSECHO_WEB_PORT = "5173", WSECHO_SERVER_URL = "ws://127.0.0.1:5678" } = process.env;

const loadPart = fileURLToPath(new URL("src/load-part.ts", import.meta.url));

/** Has the page load its parts by `load-part.ts`, which can try again, in place of Vite's preloading. */
const partLoader: Plugin = {
  name: "wsecho:load-part",
  enforce: "pre",
  apply: "build",
  load: (id) =>
    id === "\0vite/preload-helper.js"
      ? `export { loadPart as __vitePreload } from ${JSON.stringify(loadPart)};`
      : null,
};

export default defineConfig(({ command }) => ({
  plugins: [partLoader],
  resolve: {
    // Workspace packages come from their source: a change there reaches the running page, and a
    // build needs no other build.
    conditions: ["@wsecho/source", ...defaultClientConditions],
    alias: { react: "preact/compat", "react-dom": "preact/compat" },
    dedupe: ["preact"],
  },
  define:
    command === "serve"
      ? { "import.meta.env.VITE_SERVER_URL": JSON.stringify(WSECHO_SERVER_URL) }
      : {},
  server: { host: "127.0.0.1", port: Number(WSECHO_WEB_PORT), strictPort: true },
  build: {
    target: "es2023",
    sourcemap: true,
    // The server's Content-Security-Policy wants every part of the page to be a file of its own.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // A part that needs no other file has no list of files, but for this.
      resolveDependencies: (file, needed) => (needed.length === 0 ? [file] : needed),
    },
    rolldownOptions: {
      // The first load in one file: as seventeen that the other parts share, compressed each by
      // itself, it is eight kilobytes more.
      output: { codeSplitting: { groups: [{ name: "page", tags: ["$initial"] }] } },
      onLog: (level, log, report) => {
        // virtua's "use client" is for server rendering, which there is none of.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
}));
