import { expect, test } from "vitest";
import { changesOf } from "../../src/settings/changes.ts";
import { readFlags } from "../../src/settings/flags.ts";
import { resolveSettings } from "../../src/settings/sources.ts";
import { settingNames, settings, type Settings } from "../../src/settings/table.ts";

function read(...args: readonly string[]): Settings {
  const flags = readFlags(args);
  if (!flags.ok || flags.value.kind === "print") throw new Error("no settings");
  const resolved = resolveSettings(flags.value.given, {});
  if (!resolved.ok) throw new Error(resolved.error);
  return resolved.value;
}

test.each<[readonly string[], readonly string[]]>([
  [["--trust-proxy", "10.0.0.0/8"], []],
  [["--trust-proxy", "10.0.0.0/9"], ["trust-proxy"]],
  [["--trust-proxy", "1"], ["trust-proxy"]],
  [[], ["trust-proxy"]],
  [["--trust-proxy", "10.0.0.0/8", "--allow-host", "a,b"], ["allow-host"]],
])("finds what %j changes", (args, changed) => {
  const before = read("--trust-proxy", "10.0.0.0/8");
  expect(changesOf(before, read(...args))).toMatchObject({ changed, needRestart: [] });
});

test("keeps the old value of what needs a restart", () => {
  const before = read("--port", "1", "--max-message", "1KiB");
  const changes = changesOf(before, read("--port", "2", "--max-message", "2KiB"));
  expect(changes).toMatchObject({ changed: ["max-message"], needRestart: ["port"] });
  expect(changes.settings).toEqual({ ...before, "max-message": 2048 });
});

test("takes other TLS files, but neither begins nor ceases to speak TLS or to ask for certificates", () => {
  const none = read();
  const tls = read("--tls-cert", "a", "--tls-key", "a");
  const other = read("--tls-cert", "b", "--tls-key", "a");
  const mutual = read("--tls-cert", "b", "--tls-key", "a", "--tls-client-ca", "c");
  expect(changesOf(tls, other)).toMatchObject({ changed: ["tls-cert"], needRestart: [] });
  for (const [before, after, needRestart] of [
    [none, tls, ["tls-cert", "tls-key"]],
    [tls, none, ["tls-cert", "tls-key"]],
    [tls, mutual, ["tls-cert", "tls-client-ca"]],
    [mutual, other, ["tls-client-ca"]],
  ] as const)
    expect(changesOf(before, after)).toEqual({ settings: before, changed: [], needRestart });
});

test("names what needs a restart: where the server listens, and what it holds open", () => {
  expect(settingNames.filter((name) => settings[name].restart === true)).toEqual([
    ...["host", "port", "admin-port", "admin-host", "workers", "web-root"],
    ...["demo", "data", "database", "iterations", "max-header", "max-headers"],
    ...["handshake-timeout", "record", "record-file", "record-total", "record-reveal"],
    "check-config",
  ]);
});
