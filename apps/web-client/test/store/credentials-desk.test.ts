import { describe, expect, it } from "vitest";
import type { CredentialsRequest } from "@wsecho/client";
import { createCredentialsDesk } from "../../src/store/credentials-desk.ts";

const credentials = { username: "ada", password: "secret" };
const first: CredentialsRequest = {
  dialect: "v1",
  mechanisms: ["scram-sha-256"],
  denied: null,
  renewal: false,
};
const denied: CredentialsRequest = { ...first, denied: { attemptsLeft: 2, retryAfterMs: 0 } };
const signal = new AbortController().signal;

describe("createCredentialsDesk", () => {
  it("gives what was handed in before, once", async () => {
    const desk = createCredentialsDesk();
    desk.handIn(credentials, false);
    expect(await desk.provide(first, signal)).toEqual(credentials);
    void desk.provide(first, signal);
    expect(desk.question.value).toEqual(first);
  });

  it("asks a person after a refusal, and gives the session what they hand in", async () => {
    const desk = createCredentialsDesk();
    const answer = desk.provide(denied, signal);
    expect(desk.question.value).toEqual(denied);
    desk.handIn(credentials, false);
    expect(desk.question.value).toBeNull();
    expect(await answer).toEqual(credentials);
  });

  it("keeps credentials for reconnects where that is wanted", async () => {
    const desk = createCredentialsDesk();
    desk.handIn(credentials, true);
    expect(await desk.provide(first, signal)).toEqual(credentials);
    expect(await desk.provide(first, signal)).toEqual(credentials);
    expect(desk.keeps.value).toBe(true);
  });

  it("never offers again what was refused", () => {
    const desk = createCredentialsDesk();
    desk.handIn(credentials, true);
    void desk.provide(first, signal);
    void desk.provide(denied, signal);
    expect(desk.keeps.value).toBe(false);
    expect(desk.question.value).toEqual(denied);
  });

  it("takes the question back when the session no longer wants an answer", async () => {
    const desk = createCredentialsDesk();
    const controller = new AbortController();
    const answer = desk.provide(first, controller.signal);
    controller.abort();
    expect(await answer).toBeNull();
    expect(desk.question.value).toBeNull();
  });

  it("does not let an old question's end take a new one away", () => {
    const desk = createCredentialsDesk();
    const old = new AbortController();
    void desk.provide(first, old.signal);
    void desk.provide(denied, signal);
    old.abort();
    expect(desk.question.value).toEqual(denied);
  });

  it("forgets everything, and gives up an open question", async () => {
    const desk = createCredentialsDesk();
    const answer = desk.provide(first, signal);
    desk.forget();
    expect(await answer).toBeNull();
    desk.handIn(credentials, true);
    desk.forget();
    void desk.provide(first, signal);
    expect(desk.question.value).toEqual(first);
    expect(desk.keeps.value).toBe(false);
  });
});
