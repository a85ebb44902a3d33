import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkOf, readLink, type Linked } from "../../src/session/connection-link.ts";
import { everything, type Filter } from "../../src/session/filter.ts";
import { looksSecret, publicAddress, shownAddress } from "../../src/session/public-address.ts";
import { parseSubprotocols, publicSubprotocols } from "../../src/session/subprotocols.ts";
import type { Target } from "../../src/session/target.ts";

const target: Target = {
  url: "wss://example.org/chat?room=1",
  dialect: "raw",
  protocols: ["mqtt"],
  method: "password",
  username: "",
};

const plain = { draft: { mode: "text", text: "" }, filter: everything, frames: false } as const;

describe("a link to a connection", () => {
  it("brings back what it was made of", () => {
    const draft = { mode: "json", text: '"hello\\n你好 & #"' } as const;
    const filter: Filter = {
      ...{ ...everything, text: "a&b=#", regex: true, direction: "sent", type: "json" },
      minBytes: 126,
    };
    const long = "你".repeat(2000);
    const links: readonly Linked[] = [
      { ...plain, target, draft },
      { ...plain, target, draft: { ...draft, text: long }, filter: { ...filter, text: long } },
      { ...plain, target, filter, frames: true },
    ];
    for (const linked of links) {
      expect(linkOf(linked)).toMatch(/^#connect\?/);
      expect(readLink(linkOf(linked))).toEqual(linked);
    }
  });

  it.each(["", "#", "#feed=abc", "#connect?", "#connect?url=ftp://a", "#connect?url=javascript:1"])(
    "is not %j",
    (fragment) => expect(readLink(fragment)).toBeNull(),
  );

  it("holds no secret that stands in the address, the subprotocols or a form", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          ...["token", "access_token", "apikey", "Signature", "jwt", "bearer", "pass", "user_pass"],
        ),
        (name) => {
          const url = `wss://me:s3cret@example.org/?room=1&${name}=s3cret`;
          const protocols = ["chat", "wsecho.bearer.s3cret", "eyJs3cret.x.y"];
          const link = linkOf({ ...plain, target: { ...target, url, protocols } });
          expect(link).not.toContain("s3cret");
          expect(link).toContain("room");
        },
      ),
    );
  });

  it("takes no secret from whoever made one by hand", () => {
    const link =
      "#connect?url=wss%3A%2F%2Fa%3Ab%40example.org%2F%3Ftoken%3Dx&protocols=wsecho.bearer.x";
    expect(readLink(link)?.target).toMatchObject({ url: "wss://example.org/", protocols: [] });
  });
});

describe("an address to store", () => {
  it("keeps what is no secret", () => {
    expect(publicAddress("ws://h:1/p?room=1&x=2#f")).toBe("ws://h:1/p?room=1&x=2");
  });

  it("loses what is one, which an address to look at shows", () => {
    const url = "ws://me:s3cret@h:1/p?token=s3cret&room=1&password=s3cret&Ticket=s3cret&sid=s3cret";
    expect(publicAddress(url)).toBe("ws://h:1/p?room=1");
    expect(shownAddress(url)).toBe("ws://h:1/p?token=***&room=1&password=***&Ticket=***&sid=***");
  });
});

describe("subprotocols", () => {
  it.each([
    ["", []],
    ["chat", ["chat"]],
    [" mqtt ,  v1.stomp\tv2", ["mqtt", "v1.stomp", "v2"]],
  ])("are read from %j", (text, names) =>
    expect(parseSubprotocols(text)).toEqual({ ok: true, value: names }),
  );

  it.each([
    ["a(b)", "a(b)"],
    ['"a"', '"a"'],
    ["a, b, a", "a"],
    ["é", "é"],
  ])("are refused with the name that may not be: %j", (text, wrong) =>
    expect(parseSubprotocols(text)).toEqual({ ok: false, error: wrong }),
  );

  it("that are tokens are nobody else's to see", () => {
    expect(publicSubprotocols(["chat", "wsecho.bearer.abc", "access_token.x"])).toEqual(["chat"]);
  });
});

describe("a person's own words", () => {
  it("look like a secret where they name one, or are a token", () => {
    for (const text of [
      "token=abc",
      '"password": "x"',
      "Authorization: Bearer x",
      "a eyJhbGci.x.y",
      "Bearer abc",
      "sid=abc",
      "pass: abc",
    ])
      expect([text, looksSecret(text)]).toEqual([text, true]);
    for (const text of ["", "hello", "tokens", '{"id": 7}', "inside: 1", "compassion: 2"])
      expect(looksSecret(text)).toBe(false);
  });
});
