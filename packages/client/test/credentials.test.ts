import { describe, expect, it } from "vitest";
import { chooseMechanism, type Offer, type Setting } from "../src/credentials.ts";

const password = { username: "ann", password: "PASSWORD-MARK" };
const token = "TOKEN-MARK";
const everything: Setting = {
  dialect: "v1",
  mechanisms: ["plain", "token", "scram-sha-256"],
  mayReveal: true,
};

const choose = (offer: Offer, changes: Partial<Setting> = {}): unknown => {
  const choice = chooseMechanism(offer, { ...everything, ...changes });
  return choice.ok ? choice.value : choice.error;
};

describe("the choice of a mechanism", () => {
  it("[K3] prefers what gives least away", () => {
    const both = { password, token };
    expect(choose(both)).toEqual({ mechanism: "scram-sha-256", ...password });
    expect(choose(both, { mechanisms: ["plain", "token"] })).toEqual({
      mechanism: "token",
      message: { type: "auth", mechanism: "token", token },
    });
    expect(choose(both, { mechanisms: ["plain", "something-new"] })).toEqual({
      mechanism: "plain",
      message: {
        type: "auth",
        mechanism: "plain",
        user: password.username,
        password: password.password,
      },
    });
  });

  it("[K2] never sends a secret over an open line, unless that is allowed", () => {
    const open = { mayReveal: false };
    expect(choose({ password }, open)).toMatchObject({ mechanism: "scram-sha-256" });
    for (const [offer, mechanism] of [
      [{ password }, "plain"],
      [{ token }, "token"],
    ] as const) {
      const refusal = choose(offer, { ...open, mechanisms: [mechanism] });
      expect(refusal).toMatch(/wss:\/\/ URL.*allowInsecurePassword/);
      expect(refusal).not.toMatch(/MARK/);
    }
    expect(choose({ password }, { ...open, dialect: "plain", mechanisms: ["plain"] })).toMatch(
      /the plain dialect knows no other way/,
    );
    // A token that may not be sent must not make way for the password.
    expect(choose({ password, token }, { ...open, mechanisms: ["plain", "token"] })).toMatch(
      /token itself/,
    );
  });

  it("says what the server offers where nothing fits", () => {
    expect(choose({ token }, { mechanisms: ["plain", "x"] })).toBe(
      "the server offers plain, x and the client has a token",
    );
    expect(choose({ password }, { mechanisms: [] })).toMatch(/no way to log in/);
  });

  it("refuses what the dialect cannot say", () => {
    const colon = { password: { username: "a:b", password: "PASSWORD-MARK" } };
    expect(choose(colon, { dialect: "plain", mechanisms: ["plain"] })).toMatch(/colon/);
    expect(choose({ token: "t".repeat(4097) }, { mechanisms: ["token"] })).toMatch(
      /auth\.token must be a string of at most 4096/,
    );
    const long = { password: { username: "ann", password: "MARK".repeat(500) } };
    expect(choose(long, { mechanisms: ["plain"] })).toMatch(/auth\.password/);
    expect(choose(long, { mechanisms: ["plain"] })).not.toMatch(/MARK/);
  });
});
