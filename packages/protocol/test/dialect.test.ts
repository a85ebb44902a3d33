import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  decodePlainLogin,
  encodeClient,
  encodeServer,
  plainTexts,
  type ServerMessage,
} from "../src/index.ts";
import { decodePlainEcho } from "../src/dialect/plain.ts";
import { clientMessage, serverMessage } from "./vectors/arbitraries.ts";

const hex = (text: string): string => Buffer.from(text).toString("hex");

describe("the plain dialect's texts", () => {
  it("[P3, P4, P6] are the article's, byte for byte", () => {
    expect(hex(plainTexts.accepted)).toBe(
      "636f6e67726174756c6174696f6e2c20796f75206861766520636f6e6e6563742077697468207365727665720d0a" +
        "6e6f772c20796f752063616e20646f20736f6d657468696e6720656c7365",
    );
    expect(hex(plainTexts.refused)).toBe(
      "736f7272792c2074686520757365726e616d65206f722070617373776f72642069732077726f6e672c20" +
        "706c65617365207375626d697420616761696e",
    );
    expect(hex(plainTexts.prefix)).toBe("796f7572207375626d697420636f6e746578743a20");
  });
});

describe("decodePlainLogin", () => {
  it("[P2, P5] splits at the first colon, or finds no login", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const login = decodePlainLogin(text);
        if (!text.includes(":")) expect(login).toBeUndefined();
        else {
          expect(login).toMatchObject({ mechanism: "plain" });
          if (login?.mechanism !== "plain") return;
          expect(login.user).not.toContain(":");
          expect(`${login.user}:${login.password}`).toBe(text);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the plain codec", () => {
  it("says a login so that the server reads the same one, or not at all", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (user, password) => {
        const login = { type: "auth", mechanism: "plain", user, password } as const;
        const text = encodeClient("plain", login);
        if (user.includes(":")) expect(text).toBeNull();
        else expect(decodePlainLogin(text ?? "")).toEqual(login);
      }),
    );
  });

  it("[P6] gives back any echo, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const said = encodeServer("plain", { type: "echo", id: 1, text }) ?? "";
        expect(said).toBe(`your submit context: ${text}`);
        expect(decodePlainEcho(said)).toBe(text);
      }),
    );
  });

  it("[P10] has a word for ok, denied and echo, and for nothing else", () => {
    fc.assert(
      fc.property(serverMessage, (message: ServerMessage) => {
        const text = encodeServer("plain", message);
        expect(text !== null).toBe(["ok", "denied", "echo"].includes(message.type));
      }),
    );
  });

  it("says logins by password and submits, and nothing else of a client", () => {
    fc.assert(
      fc.property(clientMessage, (message) => {
        const says =
          message.type === "submit" ||
          (message.type === "auth" && message.mechanism === "plain" && !message.user.includes(":"));
        expect(encodeClient("plain", message) !== null).toBe(says);
      }),
    );
  });
});
