import { describe, expect, it } from "vitest";
import { gatherCredentials, type CredentialOptions } from "../src/credentials.ts";
import type { Target } from "../src/target.ts";

const url = new URL("ws://127.0.0.1:5678");
const env = { WSECHO_USER: "from-env", WSECHO_PASSWORD: "env-secret" };

async function gather(
  options: CredentialOptions,
  target: Partial<Target> = {},
  environment: Readonly<Record<string, string>> = env,
): Promise<readonly [unknown, readonly string[]]> {
  const warnings: string[] = [];
  const given = await gatherCredentials({
    options,
    target: { url, ...target },
    env: environment,
    readLine: () => Promise.resolve("line-secret"),
    warn: (text) => warnings.push(text),
  });
  return [given.ok ? given.value : given.error, warnings];
}

describe("gatherCredentials", () => {
  it("prefers options to the URL, and the URL to the environment", async () => {
    const target = { username: "from-url", password: "url-secret" };
    const [all] = await gather({ user: "option", password: "option-secret" }, target);
    expect(all).toEqual({ username: "option", password: "option-secret" });
    const [both] = await gather({}, target);
    expect(both).toEqual({ username: "from-url", password: "url-secret" });
    const [only] = await gather({});
    expect(only).toEqual({ username: "from-env", password: "env-secret", ambient: true });
    const [named] = await gather({ user: "option" });
    expect(named).toEqual({ username: "option", password: "env-secret" });
    const [none] = await gather({}, {}, { WSECHO_USER: "", WSECHO_PASSWORD: "" });
    expect(none).toEqual({ username: undefined, password: undefined });
  });

  it("warns of secrets that others can read, without repeating them", async () => {
    for (const [given, warnings] of [
      await gather({ password: "option-secret" }),
      await gather({}, { password: "url-secret" }),
    ]) {
      expect(JSON.stringify(given)).toContain("secret");
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain("secret");
    }
    expect((await gather({ passwordStdin: true }))[1]).toEqual([]);
    expect((await gather({}))[1]).toEqual([]);
  });
});
