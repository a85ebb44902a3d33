import { describe, expect, it } from "vitest";
import { closes, type StopReason } from "@wsecho/protocol";
import { closeLine, stopWords, type StopContext } from "../../src/session/stop-words.ts";
import { translateFrom } from "../../src/words/catalogue.ts";
import { en } from "../../src/words/en.ts";
import { zhCN } from "../../src/words/zh-cn.ts";

const t = translateFrom(en);
const context: StopContext = {
  url: "ws://127.0.0.1:5678/",
  method: "password",
  dialect: "v1",
  closed: null,
  problem: null,
};
const closed = { code: 4401, reason: "session expired", by: "server" } as const;

const reasons: readonly StopReason[] = [
  { kind: "left" },
  { kind: "closed", code: 1006, reason: "" },
  { kind: "unreachable", detail: "?" },
  { kind: "timeout", phase: "connect" },
  { kind: "timeout", phase: "login" },
  { kind: "refused", attemptsLeft: 0, retryAfterMs: 0 },
  { kind: "noCredentials" },
  { kind: "untrusted" },
  { kind: "subprotocol", expected: "wsecho.v1", selected: "" },
  { kind: "protocol", detail: "a second hello" },
];

describe("stopWords", () => {
  it("has a title for every reason, in both languages, with nothing left to fill in", () => {
    for (const reason of reasons) {
      for (const catalogue of [en, zhCN]) {
        const words = stopWords(reason, context, translateFrom(catalogue));
        expect(words.title).not.toBe("");
        expect(JSON.stringify(words)).not.toMatch(/\{\w+\}|undefined/);
      }
    }
  });

  it("knows a login by the browser's certificate, over TLS and without a false proof only", () => {
    const reason: StopReason = { kind: "protocol", detail: "unexpected ok while authenticating" };
    const untrusted: StopReason = { kind: "untrusted" };
    const wss = { ...context, url: "wss://127.0.0.1:5678/" };
    for (const early of [reason, untrusted]) {
      expect(stopWords(early, wss, t).title).toBe(en["stop.certificate"]);
      for (const other of [
        context,
        { ...wss, method: "certificate" } as const,
        { ...wss, problem: "the proof was wrong" },
      ]) {
        const isProof = other.problem !== null && early === reason;
        if (!isProof) expect(stopWords(early, other, t).byCertificate).toBeUndefined();
      }
    }
  });

  it("names the terminal's options, and what may be wrong, after a login by certificate", () => {
    const byCertificate = { ...context, method: "certificate" } as const;
    for (const reason of [
      { kind: "unreachable", detail: "?" },
      { kind: "timeout", phase: "login" },
    ] as const) {
      const { advice, command } = stopWords(reason, byCertificate, t);
      expect(advice).toContain(en["stop.noCertificate"]);
      expect(command).toContain("--cert FILE --key FILE");
    }
  });

  it("says what to do wherever the session was not simply left", () => {
    for (const reason of reasons.filter(({ kind }) => kind !== "left")) {
      const { meaning, advice } = stopWords(reason, context, t);
      expect([reason.kind, meaning.length + advice.join("").length]).not.toEqual([reason.kind, 0]);
    }
  });

  it("explains a close by code, name, reason, meaning and what the protocol's table advises", () => {
    const reason: StopReason = { kind: "closed", code: 4401, reason: "session expired" };
    expect(stopWords(reason, { ...context, closed }, t)).toMatchObject({
      title: en["stop.closed.server"],
      code: "4401 Session expired · “session expired”",
      meaning: en["close.expired.meaning"],
      advice: [en["retry.credentials"]],
      command: null,
    });
  });

  it("advises for each close as the protocol's table says", () => {
    for (const { code, reason, retry } of Object.values(closes)) {
      const { advice } = stopWords({ kind: "closed", code, reason }, context, t);
      expect(advice).toEqual([t(`retry.${retry}`)]);
    }
  });

  it("gives the terminal command where a browser hides the cause", () => {
    const command = "wsecho connect ws://127.0.0.1:5678";
    const unreachable: StopReason = { kind: "unreachable", detail: "" };
    expect(stopWords(unreachable, context, t).command).toBe(command);
    expect(stopWords(unreachable, { ...context, dialect: "plain" }, t)).toMatchObject({
      command: `${command} --dialect plain`,
      advice: [en["stop.unreachable.tryServer"], en["stop.unreachable.tryDialect.plain"]],
    });
    const broken = { code: 1006, reason: "", by: "nobody" } as const;
    expect(
      stopWords({ kind: "closed", ...broken }, { ...context, closed: broken }, t).command,
    ).toBe(command);
  });

  it("hides what of the address lets somebody in, and shows that it is missing", () => {
    const url = "wss://h.example/?room=1&ticket=s3cret&next=eyJs3cret";
    const unreachable: StopReason = { kind: "unreachable", detail: "" };
    expect(stopWords(unreachable, { ...context, url }, t).command).toBe(
      "wsecho connect 'wss://h.example/?room=1&ticket=***&next=***'",
    );
  });

  it("passes on why a login was not tried", () => {
    const problem = "the password itself would cross an unencrypted connection";
    expect(stopWords({ kind: "noCredentials" }, { ...context, problem }, t).detail).toBe(problem);
  });
});

describe("closeLine", () => {
  it("leaves out an empty reason", () => {
    expect(closeLine({ code: 1006, reason: "" }, t)).toBe("1006 Abnormal closure");
  });

  it("names what would turn the words around a reason", () => {
    expect(closeLine({ code: 1000, reason: "a\u2069\u202eb" }, t)).toContain(
      "“a<U+2069><U+202E>b”",
    );
  });
});
