import { describe, expect, it } from "vitest";
import type { CredentialsRequest } from "@wsecho/client";
import type { Given } from "../src/credentials.ts";
import { createLogin, type Login } from "../src/login.ts";
import type { Question } from "../src/prompt/terminal.ts";

const request = (denied: CredentialsRequest["denied"] = null): CredentialsRequest => ({
  dialect: "v1",
  mechanisms: ["scram-sha-256"],
  denied,
  renewal: false,
});

type Answer = readonly string[] | null;

/** A person who answers `answers` in turn. */
function person(given: Given, ...answers: readonly (Answer | Promise<Answer>)[]) {
  const asked: (readonly Question[])[] = [];
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const departure = new AbortController();
  const login: Login = createLogin(given, {
    present: () => answers.length > 0,
    ask: (questions: readonly Question[]) => {
      asked.push(questions);
      return Promise.resolve(answers[asked.length - 1] ?? null);
    },
    info: say,
    problem: say,
    signal: departure.signal,
  });
  return { asked, said, departure, login, provide: login.provide };
}

const signal = new AbortController().signal;
const nothing = { username: undefined, password: undefined };

describe("createLogin", () => {
  it("asks only for what is missing, the password hidden", async () => {
    const { asked, provide } = person({ username: "admin", password: undefined }, ["pass"]);
    expect(await provide(request(), signal)).toEqual({ username: "admin", password: "pass" });
    expect(asked).toEqual([[{ prompt: "password: ", hidden: true }]]);
  });

  it("offers what was typed again after a reconnect, without asking", async () => {
    const { asked, provide } = person(nothing, ["admin", "pass"]);
    const typed = await provide(request(), signal);
    expect(await provide(request(), signal)).toEqual(typed);
    expect(asked).toHaveLength(1);
  });

  it("asks again after a refusal, with the last name as default", async () => {
    const given = { username: "admin", password: "wrong" };
    const { asked, said, provide } = person(given, ["", "better"], ["other", "third"]);
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

  it("asks again for what no server could be told", async () => {
    const answers = [
      ["", "pass"],
      ["two words", "pass"],
      ["admin", ""],
      ["admin", "pass"],
    ];
    const { asked, said, provide } = person(nothing, ...answers);
    expect(await provide(request(), signal)).toEqual({ username: "admin", password: "pass" });
    expect(asked).toHaveLength(4);
    expect(said).toEqual([
      "There is no user without a name.",
      expect.stringContaining("a character that names cannot have"),
      "The password is empty.",
    ]);
    const colon = person(nothing, ["a:b", "pass"], ["admin", ""]);
    expect(await colon.provide({ ...request(), dialect: "plain", mechanisms: [] }, signal)).toEqual(
      {
        username: "admin",
        password: "",
      },
    );
    expect(colon.said).toEqual(["The plain dialect cannot say a user name with a colon."]);
  });

  it("is as patient as the server asks, and stops when nobody waits any more", async () => {
    const { asked, said, departure, provide } = person({ username: "a", password: "b" }, ["", "x"]);
    const answer = provide(request({ attemptsLeft: 2, retryAfterMs: 60_000 }), signal);
    departure.abort();
    expect(await answer).toBeNull();
    expect(said.at(-1)).toEqual(expect.stringContaining("Try again in 60 s."));
    expect(asked).toEqual([]);
  });

  it("keeps a question open when its connection ends, for the next one", async () => {
    const answer = Promise.withResolvers<Answer>();
    const { asked, login, provide } = person(nothing, answer.promise);
    const connection = new AbortController();
    const first = provide(request(), connection.signal);
    connection.abort();
    expect(await first).toBeNull();
    expect(login.gaveUp()).toBe(false);
    const answered = login.asking();
    const second = provide(request(), signal);
    answer.resolve(["admin", "pass"]);
    expect(await answered).toBe(true);
    expect(await second).toEqual({ username: "admin", password: "pass" });
    expect(asked).toHaveLength(1);
    expect(login.asking()).toBeNull();
  });

  it("gives up where there is nobody to ask, and says how to go on", async () => {
    const { said, login, provide } = person(nothing);
    expect(await provide(request(), signal)).toBeNull();
    expect(said[0]).toContain("--password-file");
    expect(login.gaveUp()).toBe(true);
    expect(await provide(request({ attemptsLeft: 1, retryAfterMs: 0 }), signal)).toBeNull();
    expect(said).toHaveLength(1);
  });
});
