import type { StopReason } from "@wsecho/protocol";
import { describe, expect, it } from "vitest";
import { printable, stopError, type ErrorContext } from "../src/errors.ts";

const context: ErrorContext = {
  url: "ws://example.org/",
  dialect: "v1",
  problem: null,
  serverWords: null,
};
const message = (reason: StopReason, changes: Partial<ErrorContext> = {}): string =>
  stopError(reason, { ...context, ...changes }).message;

const reasons: readonly StopReason[] = [
  { kind: "left" },
  { kind: "closed", code: 1006, reason: "" },
  { kind: "closed", code: 1000, reason: "bye" },
  { kind: "closed", code: 1012, reason: "server is restarting" },
  { kind: "closed", code: 4401, reason: "session expired" },
  { kind: "closed", code: 4400, reason: "malformed message" },
  { kind: "unreachable", detail: "connect ECONNREFUSED" },
  { kind: "timeout", phase: "connect" },
  { kind: "timeout", phase: "login" },
  { kind: "refused", attemptsLeft: 1, retryAfterMs: 0 },
  { kind: "noCredentials" },
  { kind: "untrusted" },
  { kind: "subprotocol", expected: "wsecho.v1", selected: "" },
  { kind: "protocol", detail: "the text is not JSON" },
];

describe("the error of an ended session", () => {
  it("says what happened and what to do, in whole sentences", () => {
    const advice = /Check|Connect again|pass|correct|try again/;
    const problem = { detail: "there are no credentials to offer; pass a token" };
    const messages = reasons.map((reason) =>
      message(reason, reason.kind === "noCredentials" ? { problem } : {}),
    );
    for (const text of messages) {
      expect(text).toMatch(/^[A-Z].*[.]$/);
      expect(text).toMatch(advice);
      expect(text).not.toMatch(/undefined|null|\.\.|: \./);
    }
    expect(messages).toMatchSnapshot();
  });

  it("keeps the reason, with the time to wait after a refusal", () => {
    const reason = { kind: "refused", attemptsLeft: 0, retryAfterMs: 61_500 } as const;
    expect(stopError(reason, context).reason).toEqual(reason);
    expect(message(reason)).toMatch(/wait 62 s/);
  });

  it("tells of the other dialect only where that may help", () => {
    const reason = { kind: "unreachable", detail: "x" } as const;
    expect(message(reason)).toMatch(/set dialect: "plain" or "auto"/);
    expect(message(reason, { dialect: "plain" })).toMatch(/set dialect: "v1" or "auto"/);
    expect(message(reason, { dialect: "auto" })).not.toMatch(/dialect/);
  });

  it("repeats the server's last words once", () => {
    const closed = { kind: "closed", code: 4400, reason: "malformed message" } as const;
    expect(message(closed, { serverWords: "submit.id must be an integer" })).toMatch(
      /It said: submit\.id must be an integer\./,
    );
    expect(message(closed, { serverWords: "malformed message" })).not.toMatch(/It said/);
  });

  it("carries what a credentials function threw as its cause only", () => {
    const cause = new Error("SECRET");
    const problem = { detail: "the credentials function failed", cause };
    const error = stopError({ kind: "noCredentials" }, { ...context, problem });
    expect(error.cause).toBe(cause);
    expect(error.message).not.toMatch(/SECRET/);
  });

  it("does not let a server's words drive the terminal", () => {
    const words = "\u001b]0;title\u0007\u009b2J\u202eabc\r\n";
    expect(printable(words)).toBe("\ufffd]0;title\ufffd\ufffd2J\ufffdabc\ufffd\ufffd");
    expect(message({ kind: "closed", code: 4000, reason: words })).not.toMatch(/\p{Cc}/u);
  });
});
