import { describe, expect, it } from "vitest";
import {
  closes,
  decodeClientMessage,
  decodePlainLogin,
  decodeServerMessage,
  fitReason,
  negotiate,
  retryAfterClose,
  utf8Length,
} from "../src/index.ts";
import {
  clientVectors,
  closeVectors,
  handshakeVectors,
  messageVectors,
  plainLoginVectors,
  reasonVectors,
  sessionVectors,
  type Vector,
} from "../src/vectors/index.ts";
import { playClient } from "./vectors/client.ts";
import { playSession } from "./vectors/session.ts";

const named = <V extends Vector>(vectors: readonly V[]): [string, V][] =>
  vectors.map((vector) => [`${vector.id} [${vector.rules.join(", ")}] ${vector.title}`, vector]);

describe("handshake vectors", () => {
  it.each(named(handshakeVectors))("%s", (_, { header, plain = true, expect: expected }) => {
    const result = negotiate(header ?? undefined, { plain });
    if ("status" in expected) {
      expect(result.ok).toBe(false);
      for (const name of expected.names) expect(result.ok ? "" : result.error).toContain(name);
      return;
    }
    const { dialect, selected, bearer } = expected;
    expect(result).toEqual({
      ok: true,
      value: {
        dialect,
        ...(selected === null ? {} : { protocol: selected }),
        ...(bearer === undefined ? {} : { bearer }),
      },
    });
  });
});

describe("session vectors against the pure server machine", () => {
  it.each(named(sessionVectors))("%s", (_, vector) => playSession(vector));
});

describe("message vectors", () => {
  const errors = {
    json: /^the text is not JSON$/,
    object: /^the message must be a JSON object$/,
    type: /^unknown type; known: /,
    mechanism: /^unknown mechanism; known: /,
    field: / must be /,
  };

  it.each(named(messageVectors))("%s", (_, { from, text, expect: expected }) => {
    const result = from === "client" ? decodeClientMessage(text) : decodeServerMessage(text);
    if ("message" in expected) {
      expect(result).toEqual({ ok: true, value: expected.message });
      return;
    }
    const error = result.ok ? "" : result.error;
    expect(error).toMatch(errors[expected.error]);
    if (expected.path !== undefined) expect(error).toMatch(`${expected.path} must be `);
  });
});

describe("plain login vectors", () => {
  it.each(named(plainLoginVectors))("%s", (_, { text, expect: expected }) => {
    const message = decodePlainLogin(text);
    expect(message).toEqual(
      expected === null ? undefined : { type: "auth", mechanism: "plain", ...expected },
    );
  });
});

describe("close vectors", () => {
  it.each(named(closeVectors))("%s", (_, { code, reason, retry, name }) => {
    expect(retryAfterClose(code, reason)).toBe(retry);
    if (name !== undefined) expect(closes[name]).toEqual({ code, reason, retry });
  });

  it("[C1] are the whole table, in its order", () => {
    const names = closeVectors.flatMap(({ name }) => (name === undefined ? [] : [name]));
    expect(names).toEqual(Object.keys(closes));
  });
});

describe("reason vectors", () => {
  it.each(named(reasonVectors))("%s", (_, { input, output, bytes }) => {
    expect(fitReason(input)).toBe(output);
    expect(utf8Length(output)).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(123);
  });
});

describe("client vectors against the pure client machine", () => {
  it.each(named(clientVectors))("%s", (_, vector) => playClient(vector));
});
