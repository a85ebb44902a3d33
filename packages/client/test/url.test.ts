import { describe, expect, it } from "vitest";
import { isLoopback, parseTarget } from "../src/url.ts";

const target = (url: string | URL): unknown => {
  const parsed = parseTarget(url);
  return parsed.ok ? parsed.value : parsed.error;
};

describe("the session's URL", () => {
  it("is taken with the schemes of WebSocket and of HTTP, without its fragment", () => {
    expect(target("ws://example.org:81/a?b=c#d")).toEqual({
      url: "ws://example.org:81/a?b=c",
      shown: "ws://example.org:81/a",
      private: false,
    });
    // Browsers refuse also an empty one.
    expect(target("ws://example.org/#")).toMatchObject({ url: "ws://example.org/" });
    expect(target("https://example.org")).toMatchObject({ url: "wss://example.org/" });
    expect(target(new URL("http://example.org/x"))).toMatchObject({ url: "ws://example.org/x" });
    expect(target("ws+unix:/run/wsecho.sock:/path")).toMatchObject({ private: true });
  });

  it("is private over TLS and within the machine", () => {
    const isPrivate = (url: string): unknown => (target(url) as { private: boolean }).private;
    for (const url of [
      "wss://example.org",
      "ws://localhost:5678",
      "ws://LOCALHOST",
      "ws://app.localhost",
      "ws://127.0.0.1",
      "ws://127.1.2.3",
      "ws://127.1",
      "ws://2130706433",
      "ws://[::1]:5678",
    ])
      expect([url, isPrivate(url)]).toEqual([url, true]);
    for (const url of [
      "ws://example.org",
      "ws://192.168.0.1",
      "ws://10.0.0.1",
      "ws://localhost.example.org",
      "ws://127.0.0.1.example.org",
      "ws://notlocalhost",
      "ws://[::2]",
      "ws://0.0.0.0",
    ])
      expect([url, isPrivate(url)]).toEqual([url, false]);
  });

  it("is refused with what to write instead, and never repeated", () => {
    for (const url of ["", "example", "ftp://example.org", "wsx://example.org", "ws://"])
      expect(target(url)).toMatch(/ws:\/\/host:port/);
    expect(target("ws://ann:SECRET@example.org")).toMatch(/pass them as options/);
    expect(target("ws://ann:SECRET@example.org")).not.toMatch(/SECRET|ann/);
  });
});

it("knows which hosts are this machine, as URLs write them", () => {
  const own = ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "2130706433"];
  const others = ["example.org", "127.0.0.1.example.org", "10.0.0.1", "localhost.example.org"];
  const judged = (hosts: readonly string[]) =>
    hosts.filter((host) => isLoopback(new URL(`ws://${host}`).hostname));
  expect([judged(own), judged(others)]).toEqual([own, []]);
});
