import { describe, expect, it } from "vitest";
import { closes, type StopReason } from "@wsecho/protocol";
import { describeClose, explain } from "../src/explain.ts";

const url = "ws://127.0.0.1:5678";

function exitOf(reason: StopReason, established = true): string {
  return explain(reason, { url, established, failure: null }).exit;
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
    expect(describeClose(1006, "")).toBe(
      "The connection broke without a close (1006); --reconnect comes back by itself",
    );
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
      const { exit, text } = explain(reason, { url, established: false, failure: null });
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
    expect(explain({ kind: "left" }, { url, established: true, failure: null })).toEqual({
      exit: "ok",
      text: "",
    });
  });
});
