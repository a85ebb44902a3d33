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

/** From `depth` folders below the package's own folder, one more "../" than that leaves it. */
const outside = (depth: number) => ({
  regex: `^(\\.\\./){${depth + 1},}`,
  message: "A relative path must not leave the package: import others by name.",
});

const apps = { regex: "^@wsecho/(server|cli|web-client)(/|$)" };

const testOnly = {
  regex: "^(@wsecho/testkit|(\\.\\./)+test)(/|$)",
  message: "Test code stays out of what ships.",
};

const io = {
  regex: `^(node:.*|bun:.*|(${builtinModules.filter((name) => !name.startsWith("_")).join("|")})(/.*)?|ws|undici|pino.*|commander|sirv)$`,
  message: "This package does no I/O: let the shell do it and hand in an event.",
};

interface Pattern {
  readonly regex: string;
  readonly message: string;
}

/** One rule set for a folder `base` that stands `depth` below its package, and for all below it. */
const imports = (
  name: string,
  base: string,
  depth: number,
  patterns: readonly Pattern[],
): Linter.Config[] =>
  [0, 1, 2, 3, 4, 5].map((below) => ({
    name: `wsecho/${name}`,
    files: [`${base}/${"*/".repeat(below)}*`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [...patterns, insidePackages, outside(depth + below)] },
      ],
    },
  }));

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

const noApps = (message: string): Pattern => ({ ...apps, message });

export const boundaries: Linter.Config[] = [
  ...imports("packages", "packages/*/src", 1, [noApps("Packages never import apps."), testOnly]),
  ...imports("pure", "packages/{protocol,wire}/src", 1, [
    noApps("Packages never import apps."),
    testOnly,
    io,
  ]),
  ...imports("apps", "apps/*/src", 1, [noApps("Apps never import apps."), testOnly]),
  // A test may start another app; it still may not look inside one.
  ...imports("tests", "{packages,apps,examples}/*/test", 1, []),
  ...imports("tools", "{conformance,bench}", 0, []),
  ...imports("examples", "examples/*", 0, []),
  {
    name: "wsecho/pure",
    files: ["packages/{protocol,wire}/src/**"],
    rules: {
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
