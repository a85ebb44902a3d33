import { describe, expect, it } from "vitest";
import { closes, type StopReason } from "@wsecho/protocol";
import { describeClose, explain, type EndingContext } from "../src/explain.ts";

const context: EndingContext = {
  url: "ws://127.0.0.1:5678",
  established: true,
  reconnect: false,
  serverCommand: "wsecho-server --demo",
  failure: null,
  token: null,
  dialect: "v1",
  handshakeLogin: false,
  certificate: "none",
  bare: null,
};

function exitOf(reason: StopReason, established = true): string {
  return explain(reason, { ...context, established }).exit;
}

describe("describeClose", () => {
  it("gives every code of the table its meaning", () => {
    for (const { code, reason } of Object.values(closes)) {
      const text = describeClose(code, reason);
      expect(text).toContain(`${code}`);
      if (code !== 1000) expect(text).toContain(reason);
      // The server's words are the table's: once is enough.
      expect(text.split(reason || "normal close")).toHaveLength(2);
    }
  });

  it("keeps both causes of a shared code apart", () => {
    expect(describeClose(4401, "session expired")).toContain("4401 (session expired)");
    expect(describeClose(4401, "not authenticated")).toContain("4401 (not authenticated)");
  });

  it("says what nobody sends and what nobody knows", () => {
    expect(describeClose(1006, "")).toBe("The connection broke without a close (1006)");
    expect(describeClose(1005, "")).toContain("1005 (no code given)");
    expect(describeClose(4999, "why not")).toBe(
      "The server closed with 4999 (a code unknown here), saying “why not”",
    );
  });
});

describe("the exit of a close", () => {
  it.each([
    [1000, "ok"],
    [1001, "ok"],
    [1005, "ok"],
    [1006, "broken"],
    [1008, "closed"],
    [1009, "closed"],
    [1012, "closed"],
    [1015, "tls"],
    [3000, "closed"],
    [4401, "authentication"],
    [4403, "closed"],
    [4429, "closed"],
    [4999, "closed"],
  ])("%i is %s", (code, exit) => {
    expect(exitOf({ kind: "closed", code, reason: "" })).toBe(exit);
  });

  it("is about the login before the login", () => {
    for (const code of [4401, 4403, 4408, 4429])
      expect(exitOf({ kind: "closed", code, reason: "" }, false)).toBe("authentication");
    expect(exitOf({ kind: "closed", code: 1011, reason: "" }, false)).toBe("closed");
  });
});

describe("explain", () => {
  it("recommends --reconnect only where it would have helped", () => {
    const cut: StopReason = { kind: "closed", code: 1006, reason: "" };
    expect(explain(cut, context).text).toContain("--reconnect comes back by itself");
    for (const other of [{ reconnect: true }, { established: false }]) {
      const { text } = explain(cut, { ...context, ...other });
      expect(text).toBe("The connection broke without a close (1006). Try again later.");
    }
    const expired = { kind: "closed", code: 4401, reason: "session expired" } as const;
    expect(explain(expired, context).text).toContain("Log in again to go on.");
  });

  it("tells how to start a server only where that is possible", () => {
    const failure = { kind: "network", code: "ECONNREFUSED", detail: "" } as const;
    const reason: StopReason = { kind: "unreachable", detail: "" };
    expect(explain(reason, { ...context, failure }).text).toContain("wsecho-server --demo");
    const far = explain(reason, { ...context, failure, url: "ws://example.org" });
    expect(far.text).toBe("Nothing listens at ws://example.org. Is the server running?");
  });

  it("says what to do about every end", () => {
    const reasons: readonly StopReason[] = [
      { kind: "unreachable", detail: "why" },
      { kind: "timeout", phase: "connect" },
      { kind: "timeout", phase: "login" },
      { kind: "refused", attemptsLeft: 0, retryAfterMs: 0 },
      { kind: "refused", attemptsLeft: 0, retryAfterMs: 1500 },
      { kind: "noCredentials" },
      { kind: "untrusted" },
      { kind: "subprotocol", expected: "wsecho.v1", selected: "" },
      { kind: "protocol", detail: "why" },
    ];
    const exits = reasons.map((reason) => {
      const { exit, text } = explain(reason, { ...context, established: false });
      expect(text).toMatch(/\.$/);
      return exit;
    });
    expect(exits).toEqual([
      "unreachable",
      "timeout",
      "timeout",
      "authentication",
      "authentication",
      "authentication",
      "authentication",
      "handshake",
      "closed",
    ]);
  });

  it("says nothing about a person's own goodbye", () => {
    expect(explain({ kind: "left" }, context)).toEqual({
      exit: "ok",
      text: "",
    });
  });
});

describe("a close about a login", () => {
  it.each([
    [{ code: 4408, reason: "login took too long" }, "--token-file or WSECHO_PASSWORD"],
    [{ code: 4403, reason: "access revoked" }, "got a new password"],
    [{ code: 1013, reason: "try again later" }, "Try again in a moment."],
  ])("says what to do: %j", (close, words) => {
    const { text } = explain({ kind: "closed", ...close }, { ...context, established: false });
    expect(text).toContain(words);
  });
});
