import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ServerLimits, ServerOptions } from "../src/index.ts";
import type { LimitName } from "../src/limit-names.ts";
import { defaultServerLimits } from "../src/limits.ts";
import { readFlags } from "../src/settings/flags.ts";
import { toLimits } from "../src/settings/rules.ts";
import { resolveSettings } from "../src/settings/sources.ts";
import { settingNames, settings, type Setting, type SettingName } from "../src/settings/table.ts";
import { connect, connectPlain, type TestClient } from "./support/client.ts";
import { soon } from "./support/soon.ts";
import { startLimited } from "./support/start-limited.ts";

/** The limits of a program that was given these flags. */
function limitsOf(flags: readonly string[]): Partial<ServerLimits> {
  const read = readFlags(flags);
  if (!read.ok || read.value.kind !== "run") throw new Error("wrong flags");
  const resolved = resolveSettings(read.value.given, {});
  if (!resolved.ok) throw new Error(resolved.error);
  return toLimits(resolved.value);
}

const logIn = (url: string): Promise<TestClient> => connectPlain(url);
const noAnswer: Partial<ServerOptions> = { onMessage: () => new Promise(() => undefined) };

interface Limit {
  readonly name: LimitName;
  readonly flags: readonly string[];
  readonly options?: Partial<ServerOptions>;
  readonly open?: (url: string) => Promise<TestClient>;
  readonly provoke: (client: TestClient) => void;
  readonly end: { readonly code: number; readonly reason: string };
}

/** Those whose test elsewhere looks at the close alone. */
const limits: readonly Limit[] = [
  {
    name: "max-message",
    flags: ["--max-message", "1000"],
    provoke: (client) => client.send("x".repeat(1001)),
    end: { code: 1009, reason: "message too big" },
  },
  {
    name: "auth-timeout",
    flags: ["--auth-timeout", "50ms"],
    open: connect,
    provoke: () => undefined,
    end: { code: 4408, reason: "login took too long" },
  },
  {
    name: "auth-max-attempts",
    flags: ["--auth-max-attempts", "2"],
    open: connect,
    provoke: (client) => client.send("admin:wrong", "no colon"),
    end: { code: 4429, reason: "too many login attempts" },
  },
  {
    name: "idle-timeout",
    flags: ["--idle-timeout", "50ms"],
    provoke: () => undefined,
    end: { code: 4408, reason: "idle for too long" },
  },
  {
    name: "max-backlog",
    flags: ["--max-backlog", "3"],
    options: noAnswer,
    provoke: (client) => client.send("1", "2", "3", "4", "5"),
    end: { code: 4429, reason: "too many messages" },
  },
  {
    name: "max-backlog",
    flags: ["--max-backlog-size", "100", "--max-message", "1000"],
    options: noAnswer,
    // In hand, beside the size, and within it; then one too many.
    provoke: (client) => client.send(...["x".repeat(1000), "y".repeat(1000), "z".repeat(100), "!"]),
    end: { code: 4429, reason: "too many messages" },
  },
];

test.each(limits)(
  "$flags closes as it is documented, and is counted as $name",
  async ({ name, flags, options, open = logIn, provoke, end }) => {
    const { url, met } = await startLimited(limitsOf(flags), options);
    const client = await open(url);
    provoke(client);
    expect(await client.closed).toEqual(end);
    expect(met).toEqual([name]);
  },
);

test("--slow-timeout closes as it is documented, and is counted by that name", async () => {
  const flags = ["--slow-timeout", "100ms", "--high-water", "64KiB"];
  const { url, met } = await startLimited(limitsOf(flags));
  const client = await connectPlain(url);
  client.socket.pause();
  for (let i = 0; i < 40; i++) client.send(Buffer.alloc(512 * 1024));
  await expect.poll(() => met, soon).toContain("slow-timeout");
  // The system may have taken what waited a few times before.
  expect(new Set(met)).toEqual(new Set(["high-water", "slow-timeout"]));
  client.socket.resume();
  expect(await client.closed).toEqual({ code: 1013, reason: "peer does not read its messages" });
});

describe("the README's table of limits", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const section = /\n## Limits\n([^]*?)\n## /.exec(readme)?.[1] ?? "";
  const documented = [...section.matchAll(/^\| (`--[^|]*?) *\| ([^|]*?) *\|/gm)].flatMap(
    ([, flags = "", defaults = ""]) => {
      const names = [...flags.matchAll(/`--([\w-]+)`/g)].map(([, name]) => name as SettingName);
      return names.map((name, i) => [name, defaults.split(", ")[i] ?? ""] as const);
    },
  );

  test("has every limit", () => {
    const known = settingNames.filter((name) => settings[name].group === "Limits");
    // Not what a peer meets.
    const others: readonly SettingName[] = ["drain-timeout"];
    expect(documented.map(([name]) => name).sort()).toEqual(
      known.filter((name) => !others.includes(name)).sort(),
    );
  });

  test.each(documented)("says the default of --%s: %s", (name, text) => {
    const { initial, parse } = settings[name] as Setting<unknown>;
    // The demo has another.
    const byDefault = initial ?? defaultServerLimits.maxConnectionsPerAddress;
    expect(parse(text.replaceAll(" ", ""))).toEqual({ ok: true, value: byDefault });
  });
});
