import { describe, expect, it } from "vitest";
import type { CredentialsRequest } from "@wsecho/client";
import { createProvider, gatherCredentials, type CredentialOptions } from "../src/credentials.ts";
import type { Question } from "../src/prompt/terminal.ts";
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
    expect(only).toEqual({ username: "from-env", password: "env-secret" });
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

const request = (denied: CredentialsRequest["denied"] = null): CredentialsRequest => ({
  dialect: "v1",
  mechanisms: ["scram-sha-256"],
  denied,
  renewal: false,
});

/** A person who answers `answers` in turn. */
function person(...answers: readonly (readonly string[] | null)[]) {
  const asked: (readonly Question[])[] = [];
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  return {
    asked,
    said,
    asker: {
      present: () => true,
      ask: (questions: readonly Question[]) => {
        asked.push(questions);
        return Promise.resolve(answers[asked.length - 1] ?? null);
      },
      info: say,
      problem: say,
    },
  };
}

const signal = new AbortController().signal;
const nothing = { username: undefined, password: undefined };

describe("createProvider", () => {
  it("asks only for what is missing, the password hidden", async () => {
    const { asked, asker } = person(["pass"]);
    const provide = createProvider({ username: "admin", password: undefined }, asker);
    expect(await provide(request(), signal)).toEqual({ username: "admin", password: "pass" });
    expect(asked).toEqual([[{ prompt: "password: ", hidden: true }]]);
  });

  it("offers what was typed again after a reconnect, without asking", async () => {
    const { asked, asker } = person(["admin", "pass"]);
    const provide = createProvider(nothing, asker);
    const typed = await provide(request(), signal);
    expect(await provide(request(), signal)).toEqual(typed);
    expect(asked).toHaveLength(1);
  });

  it("asks again after a refusal, with the last name as default", async () => {
    const { asked, said, asker } = person(["", "better"], ["other", "third"]);
    const provide = createProvider({ username: "admin", password: "wrong" }, asker);
    await provide(request(), signal);
    expect(await provide(request({ attemptsLeft: 2, retryAfterMs: 0 }), signal)).toEqual({
      username: "admin",
      password: "better",
    });
    expect(await provide(request({ attemptsLeft: 1, retryAfterMs: 0 }), signal)).toEqual({
      username: "other",
      password: "third",
    });
    expect(asked.map(([name]) => name?.prompt)).toEqual([
      "user name [admin]: ",
      "user name [admin]: ",
    ]);
    expect(said).toEqual([
      "The user name or password is wrong. 2 attempts are left.",
      "The user name or password is wrong. 1 attempt is left.",
    ]);
  });

  it("asks again for a name that is empty", async () => {
    const { asked, asker } = person(["", "pass"], ["admin", "pass"]);
    const provide = createProvider(nothing, asker);
    expect(await provide(request(), signal)).toEqual({ username: "admin", password: "pass" });
    expect(asked).toHaveLength(2);
  });

  it("is as patient as the server asks, and stops when nobody waits any more", async () => {
    const { asked, said, asker } = person(["", "x"]);
    const provide = createProvider({ username: "admin", password: "wrong" }, asker);
    const controller = new AbortController();
    const answer = provide(request({ attemptsLeft: 2, retryAfterMs: 60_000 }), controller.signal);
    controller.abort();
    expect(await answer).toBeNull();
    expect(said.at(-1)).toBe("The server wants 60 s of patience first.");
    expect(asked).toEqual([]);
  });

  it("gives up where there is nobody to ask, and says how to go on", async () => {
    const { said, asker } = person();
    const provide = createProvider(nothing, { ...asker, present: () => false });
    expect(await provide(request(), signal)).toBeNull();
    expect(said[0]).toContain("--password-file");
    expect(await provide(request({ attemptsLeft: 1, retryAfterMs: 0 }), signal)).toBeNull();
    expect(said).toHaveLength(1);
  });
});
