import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { expect, test } from "vitest";
import { boundaries } from "../scripts/eslint-boundaries.ts";

// Only the boundary rules: they need no types, so the sources may stand at paths that do not exist.
const eslint = new ESLint({
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  overrideConfigFile: true,
  overrideConfig: [
    { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } },
    ...boundaries,
  ],
});

const lint = async (filePath: string, source: string): Promise<readonly (string | null)[]> => {
  const [result] = await eslint.lintText(source, { filePath });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
};

const imports = "no-restricted-imports";
const globals = "no-restricted-globals";
const properties = "no-restricted-properties";

const pure = "packages/protocol/src/messages.ts";
const wire = "packages/wire/src/frame.ts";
const library = "packages/client/src/session.ts";
const app = "apps/cli-client/src/main.ts";
const appTest = "apps/cli-client/test/login.test.ts";

const wrong: readonly (readonly [path: string, source: string, rule: string])[] = [
  // packages never import apps
  [library, `import "@wsecho/server";`, imports],
  [library, `export { a } from "@wsecho/cli";`, imports],
  [pure, `import "@wsecho/web-client";`, imports],
  [library, `import "../../../apps/server/src/index.ts";`, imports],
  // apps never import apps
  [app, `import "@wsecho/server";`, imports],
  ["apps/server/src/page.ts", `import "@wsecho/web-client";`, imports],
  ["apps/web-client/src/main.ts", `import "@wsecho/server";`, imports],
  [app, `import "../../server/src/index.ts";`, imports],
  // nobody reaches inside a package, nor leaves its own by a relative path
  [app, `import "@wsecho/protocol/src/index.ts";`, imports],
  [app, `import "@wsecho/protocol/dist/index.ts";`, imports],
  [app, `import "../../../packages/protocol/src/index.ts";`, imports],
  [library, `import "../../protocol/src/index.ts";`, imports],
  ["packages/client/src/socket/ws.ts", `import "../../../protocol/src/text.ts";`, imports],
  [appTest, `import "@wsecho/client/src/session.ts";`, imports],
  [appTest, `import "../../server/src/index.ts";`, imports],
  ["examples/article/client.ts", `import "../../apps/server/src/index.ts";`, imports],
  ["packages/client/src/socket/deep/ws.ts", `import "../../../../protocol/src/x.ts";`, imports],
  [library, `import type { A } from "@wsecho/server";`, imports],
  ["bench/src/main.ts", `import "../../apps/server/src/index.ts";`, imports],
  // test code stays out of what ships
  [library, `import "@wsecho/testkit";`, imports],
  [app, `import "@wsecho/testkit";`, imports],
  [library, `import "../test/support.ts";`, imports],
  // protocol and wire do no I/O
  [pure, `import "node:fs";`, imports],
  [pure, `import "node:fs/promises";`, imports],
  [pure, `import "crypto";`, imports],
  [pure, `import "fs/promises";`, imports],
  [pure, `import "ws";`, imports],
  [wire, `import "node:net";`, imports],
  [wire, `import "node:zlib";`, imports],
  [wire, `export * from "pino";`, imports],
  [pure, `await import("node:fs");`, "no-restricted-syntax"],
  // … and read no clock, no randomness, no environment
  [pure, `Date.now();`, globals],
  [wire, `new Date();`, globals],
  [pure, `setTimeout(() => 1, 1);`, globals],
  [pure, `setInterval(() => 1, 1);`, globals],
  [pure, `performance.now();`, globals],
  [pure, `new WebSocket("ws://x");`, globals],
  [pure, `fetch("/");`, globals],
  [pure, `console.log(1);`, globals],
  [pure, `process.exit();`, globals],
  [pure, `globalThis.Date.now();`, globals],
  [pure, `crypto.subtle;`, globals],
  [wire, `crypto.subtle;`, globals],
  [pure, `Math.random();`, properties],
  [pure, `const { random } = Math;`, properties],
  ["packages/protocol/src/scram/client.ts", `crypto.subtle;`, globals],
  ["packages/protocol/src/scram/webcrypto.ts", `crypto.getRandomValues(x);`, properties],
  ["packages/protocol/src/scram/webcrypto.ts", `crypto.randomUUID();`, properties],
];

test.each(wrong)("%s: %s", async (path, source, rule) => {
  expect(await lint(path, source)).toContain(rule);
});

const right: readonly (readonly [path: string, source: string])[] = [
  [pure, `import { byteLength } from "./text.ts"; byteLength(String(Math.floor(1.5)));`],
  ["packages/protocol/src/server/ready.ts", `import "../text.ts"; import "../../vectors/x.json";`],
  ["packages/protocol/src/scram/webcrypto.ts", `await crypto.subtle.digest("SHA-256", x);`],
  [wire, `import "./inflate.ts"; import "pako";`],
  [library, `import "@wsecho/protocol"; import "@wsecho/protocol/scram"; import "ws";`],
  [library, `setTimeout(() => Date.now() + Math.random(), 1); crypto.getRandomValues(x);`],
  [app, `import "@wsecho/client"; import "@wsecho/client/ws"; import "node:fs"; import "ws";`],
  ["apps/server/src/http/page.ts", `import "../limits.ts"; import "../server/state.ts";`],
  ["packages/protocol/src/a/b/c.ts", `import "../../server/state.ts"; import "../../../x.json";`],
  [appTest, `import "@wsecho/server"; import "@wsecho/testkit"; import "../src/main.ts";`],
  ["bench/src/main.ts", `import "@wsecho/server"; import "./report.ts";`],
];

test.each(right)("%s: %s passes", async (path, source) => {
  expect(await lint(path, source)).toEqual([]);
});
