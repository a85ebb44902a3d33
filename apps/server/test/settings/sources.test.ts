import { expect, test } from "vitest";
import { readFlags } from "../../src/settings/flags.ts";
import { defaultServerLimits } from "../../src/limits.ts";
import { toLimits } from "../../src/settings/rules.ts";
import type { Settings } from "../../src/settings/table.ts";
import { resolveSettings, strangeVariables, type Environment } from "../../src/settings/sources.ts";
import { writeConfig } from "../support/write-config.ts";

/** The settings, or the text of what is wrong with them. */
function settingsOf(args: readonly string[], env: Environment = {}): Settings | string {
  const flags = readFlags(args);
  if (!flags.ok) return flags.error;
  if (flags.value.kind === "print") return flags.value.text;
  const settings = resolveSettings(flags.value.given, env);
  return settings.ok ? settings.value : settings.error;
}

interface Given {
  readonly args?: readonly string[];
  readonly env?: Environment;
  readonly config?: string | object;
}

test.each<[string, Given, RegExp]>([
  ["an unknown flag", { args: ["--prot", "1"] }, /^unknown flag --prot; did you mean --port\?$/],
  ["an unknown switch", { args: ["--plian"] }, /^unknown flag --plian; did you mean --plain\?$/],
  ["a flag of nobody's", { args: ["--frobnicate"] }, /^unknown flag --frobnicate$/],
  ["a secret in an unknown flag", { args: ["--pass=geheim"] }, /^unknown flag --pass$/],
  ["a flag without its value", { args: ["--demo", "--port"] }, /^--port needs a value$/],
  ["a word", { args: ["8080"] }, /^unexpected argument; every setting is a flag/],
  ["a port that is none", { args: ["--port", "70000"] }, /^--port must be a whole number from 0/],
  [
    "a time without unit",
    { args: ["--auth-timeout", "30"] },
    /^--auth-timeout must be a time with/,
  ],
  ["a size that is none", { args: ["--max-message", "lots"] }, /^--max-message must be a size/],
  ["a near level", { args: ["--log-level", "inof"] }, /^--log-level must.*did you mean info\?$/],
  ["an empty value", { args: ["--host", ""] }, /^--host must not be empty$/],
  ["a value in the environment", { env: { WSECHO_DEMO: "maybe" } }, /^WSECHO_DEMO must be true or/],
  [
    "a near level there",
    { env: { WSECHO_LOG_LEVEL: "wran" } },
    /^WSECHO_LOG_LEVEL .* mean warn\?$/,
  ],
  ["an unknown key", { config: { prot: 1 } }, /^unknown key "prot" in .*; did you mean port\?$/],
  ["a key that objects have", { config: '{"__proto__": 1}' }, /^unknown key "__proto__"/],
  ["a config of a config", { config: { config: "x" } }, /^unknown key "config"/],
  ["a value in the file", { config: { port: "x" } }, /^"port" in .*server\.json must be a whole/],
  ["a list in the file", { config: { host: ["a"] } }, /^"host" in .* must be a string, a number/],
  ["a file that is not JSON", { config: "{ pass: geheim }" }, /server\.json is not JSON/],
  ["a file that is no object", { config: "[]" }, /must hold one JSON object/],
])("refuse %s", (_, { args = [], env = {}, config = {} }, expected) => {
  const problem = settingsOf(["--config", writeConfig(config), ...args], env);
  expect(problem).toMatch(expected);
  expect(problem).not.toContain("geheim");
});

test("have the same limits as the library where nothing is said", () => {
  expect({ ...defaultServerLimits, ...toLimits(settingsOf([]) as Settings) }).toEqual(
    defaultServerLimits,
  );
});

test("take back by flag what the environment switched on", () => {
  const env = { WSECHO_DEMO: "1", WSECHO_NO_PLAIN: "1", WSECHO_ALLOW_ANONYMOUS: "yes" };
  expect(settingsOf(["--no-demo", "--plain", "--no-allow-anonymous"], env)).toMatchObject({
    demo: false,
    "no-plain": false,
    "allow-anonymous": false,
  });
});

test("leave a value that is overruled unread", () => {
  expect(settingsOf(["--port", "1"], { WSECHO_PORT: "x" })).toMatchObject({ port: 1 });
});

test("tell a mistyped variable from one of another program", () => {
  const env = { WSECHO_PROT: "1", WSECHO_USER: "ada", WSECHO_PASSWORD: "x", PORT: "1" };
  expect(strangeVariables(env)).toEqual([
    "unknown environment variable WSECHO_PROT; did you mean WSECHO_PORT?",
  ]);
});
