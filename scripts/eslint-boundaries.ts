// The arrows of ARCHITECTURE.md as lint rules: imports point down only.
// test/boundaries.test.ts sees each of them fire.
import { builtinModules } from "node:module";
import type { Linter } from "eslint";

type Rule = Linter.RuleSeverityAndOptions;

/** Paths that reach around a package's exports. */
const insidePackages = {
  regex: "^@wsecho/[^/]+/(src|dist|test)(/|$)",
  message: "Import what the package exports, by its name, never a path inside it.",
};

/** `up`: how many "../" still stay inside the package. */
const outside = (what: string, up: number) => ({
  regex: `^(\\.\\./){${up},}(packages|apps|conformance|bench|examples|protocol|client|wire|testkit|server|cli-client|web-client)/`,
  message: `A relative path must not leave ${what}: import other packages by name.`,
});

const apps = {
  regex: "^@wsecho/(server|cli|web-client)(/|$)",
};

const testOnly = {
  regex: "^@wsecho/testkit(/|$)",
  message: "The test kit is for tests.",
};

const io = {
  regex: `^(node:.*|bun:.*|(${builtinModules.filter((name) => !name.startsWith("_")).join("|")})(/.*)?|ws|undici|pino.*|commander|sirv)$`,
  message: "This package does no I/O: let the shell do it and hand in an event.",
};

const imports = (...patterns: object[]): Rule => ["error", { patterns }];

const clocks = ["Date", "performance", "setTimeout", "setInterval", "setImmediate"];
const outsideWorld = [
  ...["queueMicrotask", "WebSocket", "fetch", "XMLHttpRequest", "EventSource"],
  ...["console", "process", "Buffer", "window", "document", "navigator", "localStorage"],
  ...["require", "globalThis", "self", "global"],
];
const globals = (names: readonly string[]): Rule => [
  "error",
  ...names.map((name) => ({
    name,
    message: "A pure package has no clock, randomness or I/O: take it as an event or argument.",
  })),
];

const noRandom: Rule = [
  "error",
  { object: "Math", property: "random", message: "Randomness comes in from the shell." },
  { object: "crypto", property: "getRandomValues", message: "Randomness comes in from the shell." },
  { object: "crypto", property: "randomUUID", message: "Randomness comes in from the shell." },
];

const noDynamicEscape: Rule = [
  "error",
  {
    selector: "ImportExpression",
    message: "A pure package loads nothing at run time.",
  },
];

export const boundaries: Linter.Config[] = [
  {
    name: "wsecho/packages",
    files: ["packages/*/src/**"],
    rules: {
      "no-restricted-imports": imports(
        { ...apps, message: "Packages never import apps." },
        insidePackages,
        outside("the package", 2),
        testOnly,
      ),
    },
  },
  {
    name: "wsecho/apps",
    files: ["apps/*/src/**"],
    rules: {
      "no-restricted-imports": imports(
        { ...apps, message: "Apps never import apps." },
        insidePackages,
        outside("the app", 2),
        testOnly,
      ),
    },
  },
  {
    // A test may start another app; it still may not look inside one.
    name: "wsecho/tests-and-tools",
    files: ["{packages,apps}/*/test/**", "{conformance,bench,examples}/**"],
    rules: { "no-restricted-imports": imports(insidePackages, outside("the package", 2)) },
  },
  {
    name: "wsecho/pure",
    files: ["packages/{protocol,wire}/src/**"],
    rules: {
      "no-restricted-imports": imports(
        { ...apps, message: "Packages never import apps." },
        insidePackages,
        outside("the package", 2),
        testOnly,
        io,
      ),
      "no-restricted-globals": globals([...clocks, ...outsideWorld, "crypto"]),
      "no-restricted-properties": noRandom,
      "no-restricted-syntax": noDynamicEscape,
    },
  },
  {
    // SCRAM needs hashes and signatures; its nonces still come in from the shell.
    name: "wsecho/scram-crypto",
    files: ["packages/protocol/src/scram/webcrypto.ts"],
    rules: { "no-restricted-globals": globals([...clocks, ...outsideWorld]) },
  },
];
