import { describe, expect, it } from "vitest";
import { addPath, askFor, parseTarget, showTarget } from "../src/target.ts";

function shown(text: string): string {
  const target = parseTarget(text);
  return target.ok ? showTarget(target.value.url) : target.error;
}

describe("parseTarget", () => {
  it.each([
    ["ws://127.0.0.1:5678", "ws://127.0.0.1:5678"],
    ["wss://example.org/a?b=c", "wss://example.org/a?…"],
    [":5678/?fault=delay:200ms,close:4403@5", "ws://localhost:5678?fault=delay:200ms,close:4403@5"],
    [":5678/?token=sekret&fault=no-pong&fault-reason=x", "ws://localhost:5678?fault=no-pong&…"],
    [":5678/?fault=eyJhbGci.sekret", "ws://localhost:5678?…"],
    [":5678/?xfault=sekret", "ws://localhost:5678?…"],
    [":5678", "ws://localhost:5678"],
    [":5678/echo", "ws://localhost:5678/echo"],
    ["localhost:5678", "ws://localhost:5678"],
    ["example.org", "ws://example.org"],
    ["[::1]:5678/x", "ws://[::1]:5678/x"],
    ["http://example.org:5678/", "ws://example.org:5678"],
    ["https://example.org", "wss://example.org"],
    ["  ws://127.0.0.1:5678\n", "ws://127.0.0.1:5678"],
  ])("reads %j as %s", (text, url) => {
    expect(shown(text)).toBe(url);
  });

  it("keeps the query, which is not shown", () => {
    const target = parseTarget("wss://example.org/a?b=c");
    expect(target.ok && target.value.url.href).toBe("wss://example.org/a?b=c");
  });

  it("takes the credentials out of the URL", () => {
    const target = parseTarget("ws://ad%40min:s%3Aecr%C3%A9t@host:1/x");
    expect(target).toMatchObject({
      ok: true,
      value: { username: "ad@min", password: "s:ecrét" },
    });
    expect(shown("ws://ad%40min:s%3Aecr%C3%A9t@host:1/x")).toBe("ws://host:1/x");
  });

  it.each(["", "ws://", "ws://host:99999", "ftp://u:sekret@host/", "ws://u:sekret@host/#a"])(
    "refuses %j without repeating it",
    (text) => {
      const target = parseTarget(text);
      expect(target.ok).toBe(false);
      expect(shown(text)).not.toContain("sekret");
    },
  );

  it("refuses user info that is not UTF-8", () => {
    expect(shown("ws://u:%ff@host/")).toContain("not percent-encoded UTF-8");
  });
});

it("a path is added once, and a URL's own stays to its last slash", () => {
  const added = (url: string, path: string): string => addPath(new URL(url), path).pathname;
  expect(added("ws://h/", "/inspect")).toBe("/inspect");
  expect(added("ws://h/a/", "/inspect")).toBe("/a/inspect");
  expect(added("ws://h/a/inspect", "/inspect")).toBe("/a/inspect");
  expect(added("ws://h/a/", "")).toBe("/a/");
});

it("a request's target leads to another path, and never to another server", () => {
  const asked = (target: string): string => askFor(new URL("ws://h:81/"), target).href;
  expect(asked("/chat?room=1&x=?")).toBe("ws://h:81/chat?room=1&x=?");
  expect(asked("http://other.example/chat?room=1#a")).toBe("ws://h:81/chat?room=1");
  expect(asked("//other.example/x")).toBe("ws://h:81//other.example/x");
  expect(asked("\\\\other.example\\x")).not.toContain("ws://other");
  expect(asked("/a#b")).toBe("ws://h:81/a");
  // A capture hides what stands behind the question mark.
  expect(asked("/chat?***")).toBe("ws://h:81/chat");
});
