import { describe, expect, it } from "vitest";
import {
  ownServer,
  parseEndpoint,
  shortAddress,
  terminalCommand,
} from "../../src/session/endpoint.ts";

const urlOf = (text: string, pageProtocol = "http:"): string | undefined => {
  const endpoint = parseEndpoint(text, pageProtocol);
  return endpoint.ok ? endpoint.value.url : undefined;
};

describe("parseEndpoint", () => {
  it("takes WebSocket addresses, and those of the address bar", () => {
    expect(urlOf("ws://127.0.0.1:5678")).toBe("ws://127.0.0.1:5678/");
    expect(urlOf(" wss://example.org/echo?x=1 ")).toBe("wss://example.org/echo?x=1");
    expect(urlOf("http://127.0.0.1:5678/")).toBe("ws://127.0.0.1:5678/");
    expect(urlOf("https://example.org")).toBe("wss://example.org/");
  });

  it("supplies the page's own kind of scheme where there is none", () => {
    expect(urlOf("127.0.0.1:5678")).toBe("ws://127.0.0.1:5678/");
    expect(urlOf("localhost:5678")).toBe("ws://localhost:5678/");
    expect(urlOf("[::1]:5678")).toBe("ws://[::1]:5678/");
    expect(urlOf("example.org", "https:")).toBe("wss://example.org/");
  });

  it.each([
    ["", "empty"],
    ["   ", "empty"],
    ["ws://", "syntax"],
    ["ws://a b", "syntax"],
    ["ws://127.0.0.1:99999", "syntax"],
    ["ftp://example.org", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["ws://admin:123456@127.0.0.1", "credentials"],
    ["ws://admin@127.0.0.1", "credentials"],
    ["ws://127.0.0.1/#a", "fragment"],
    ["ws://127.0.0.1/#", "fragment"],
  ])("refuses %j: %s", (text, error) =>
    expect(parseEndpoint(text, "http:")).toEqual({ ok: false, error }),
  );

  it("refuses on an https page what the browser would block, other than on this machine", () => {
    expect(parseEndpoint("ws://example.org", "https:")).toEqual({
      ok: false,
      error: "mixedContent",
    });
    expect(urlOf("ws://127.0.0.1:5678", "https:")).toBe("ws://127.0.0.1:5678/");
  });

  it("knows which servers are this machine", () => {
    const isLoopback = (text: string): boolean | undefined => {
      const endpoint = parseEndpoint(text, "http:");
      return endpoint.ok ? endpoint.value.loopback : undefined;
    };
    for (const host of [
      "localhost",
      "a.localhost",
      "127.0.0.1",
      "127.9.9.9",
      "[::1]",
      "2130706433",
    ])
      expect([host, isLoopback(`ws://${host}`)]).toEqual([host, true]);
    for (const host of [
      "example.org",
      "127.0.0.1.example.org",
      "10.0.0.1",
      "localhost.example.org",
    ])
      expect([host, isLoopback(`ws://${host}`)]).toEqual([host, false]);
  });
});

describe("ownServer", () => {
  it("is where the page came from", () => {
    expect(ownServer({ protocol: "http:", host: "127.0.0.1:5678" })).toBe("ws://127.0.0.1:5678");
    expect(ownServer({ protocol: "https:", host: "example.org" })).toBe("wss://example.org");
  });

  it("is the default port of this machine for a page from disk", () => {
    expect(ownServer({ protocol: "file:", host: "" })).toBe("ws://127.0.0.1:5678");
  });
});

describe("shortAddress", () => {
  it("leaves out the scheme and the query, which may hold a token", () => {
    expect(shortAddress("ws://127.0.0.1:5678/")).toBe("127.0.0.1:5678");
    expect(shortAddress("wss://example.org/a?token=s3cret")).toBe("example.org/a");
  });
});

describe("terminalCommand", () => {
  it("names the server and the dialect, ready to paste", () => {
    expect(terminalCommand("ws://127.0.0.1:5678/", "v1")).toBe(
      "wsecho connect ws://127.0.0.1:5678",
    );
    expect(terminalCommand("wss://example.org/a", "plain")).toBe(
      "wsecho connect wss://example.org/a --dialect plain",
    );
  });

  it("quotes what a shell would take apart", () => {
    expect(terminalCommand("ws://a/it's?x=1&y=$(id)", "v1")).toBe(
      "wsecho connect 'ws://a/it'\\''s?x=1&y=$(id)'",
    );
  });
});
