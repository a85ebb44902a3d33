import { describe, expect, test } from "vitest";
import { addressOf, parseTrustedProxies } from "../src/forwarded.ts";
import { createHostCheck } from "../src/host.ts";
import { parseHosts, parseOrigins } from "../src/settings/values.ts";
import { connectRaw, handshake, openRaw, text } from "./support/raw.ts";
import { runProgram } from "./support/program.ts";
import { startServer } from "./support/start-server.ts";

const basic = `Basic ${Buffer.from("admin:123456").toString("base64")}`;
const friend = "https://friend.example";

async function statusOf(
  port: number,
  headers: Record<string, string>,
  path = "/",
): Promise<number> {
  const peer = await connectRaw(port);
  peer.socket.write(handshake(headers, `GET ${path} HTTP/1.1`));
  return Number((await peer.answer()).slice(9, 12));
}

describe("origins", () => {
  test("of any page get in where the login travels inside, the page from disk too", async () => {
    const { port } = await startServer();
    for (const origin of ["null", "http://evil.example", "file://"]) {
      const peer = await openRaw(port, { Origin: origin });
      peer.socket.write(text("admin:123456"));
      expect((await peer.frame()).payload.toString()).toContain("congratulation");
    }
  });

  test("that are allowed get in where a browser may add credentials, and no lookalike", async () => {
    const { port } = await startServer({ allowOrigins: [friend, "null"] });
    for (const [origin, status] of [
      [friend, 101],
      ["http://friend.example", 403],
      ["https://friend.example:8443", 403],
      ["https://friend.example.evil.example", 403],
      ["https://evilfriend.example", 403],
      ["HTTPS://FRIEND.EXAMPLE", 403],
      ["null", 403],
    ] as const) {
      const headers = { Origin: origin, Authorization: basic };
      expect([origin, await statusOf(port, headers)]).toEqual([origin, status]);
      expect([origin, await statusOf(port, headers, "/echo")]).toEqual([origin, status]);
    }
  });

  test("that are not allowed stay out of sessions too, once something is allowed", async () => {
    const { port } = await startServer({ allowOrigins: [friend] });
    expect(await statusOf(port, { Origin: friend })).toBe(101);
    expect(
      await statusOf(port, { Origin: `http://127.0.0.1:${port}`, Host: `127.0.0.1:${port}` }),
    ).toBe(101);
    expect(await statusOf(port, { Origin: "null" })).toBe(403);
    expect(await statusOf(port, { Origin: "http://evil.example" })).toBe(403);
    const programs = await connectRaw(port);
    programs.socket.write(handshake());
    expect(await programs.answer()).toContain(" 101 ");
    const disk = await startServer({ allowOrigins: ["null"] });
    expect(await statusOf(disk.port, { Origin: "null" })).toBe(101);
  });
});

describe("hosts", () => {
  test("of others are refused with 421, sessions and page alike", async () => {
    const { port } = await startServer({ allowHosts: ["echo.example"] });
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1.evil.example",
      "192.0.2.1",
    ]) {
      expect([host, await statusOf(port, { Host: host })]).toEqual([host, 421]);
      const peer = await connectRaw(port);
      peer.socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await peer.answer()).toContain("HTTP/1.1 421 ");
    }
    for (const host of [
      "localhost",
      `LOCALHOST:${port}`,
      "127.0.0.2",
      "[::1]:9",
      "echo.example:80",
    ])
      expect([host, await statusOf(port, { Host: host })]).toEqual([host, 101]);
  });

  test.each([
    ["192.0.2.7", "192.0.2.7:80", true],
    ["192.0.2.7", "192.0.2.8", false],
    ["0.0.0.0", "192.0.2.8:5678", true],
    ["::", "[2001:db8::1]", true],
    ["::", "rebound.example", false],
    ["Echo.Example", "echo.example", true],
    ["2001:db8::7", "[2001:DB8:0::7]:80", true],
    ["127.0.0.1", "user@localhost", false],
    ["127.0.0.1", "localhost/x", false],
    ["127.0.0.1", "localhost\tx", false],
    ["127.0.0.1", "", false],
  ])("bound to %s: %s is ours: %s", (bound, host, expected) => {
    expect(createHostCheck(bound, [])(host)).toBe(expected);
  });
});

describe("X-Forwarded-For", () => {
  const trust = (spec: string) => {
    const parsed = parseTrustedProxies(spec);
    if (!parsed.ok) throw new Error(parsed.error);
    return parsed.value;
  };

  test("is ignored unless a proxy is trusted", async () => {
    const spoofed = { "X-Forwarded-For": "203.0.113.9" };
    const direct = await startServer();
    expect(await statusOf(direct.port, spoofed)).toBe(101);
    expect(direct.log[0]?.fields["peer"]).toBe("127.0.0.1");
    const proxied = await startServer({ trustProxy: trust("127.0.0.0/8") });
    expect(await statusOf(proxied.port, spoofed)).toBe(101);
    expect(proxied.log[0]?.fields["peer"]).toBe("203.0.113.9");
  });

  test.each([
    ["1", "10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"],
    ["2", "10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["2", "10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["10.0.0.0/8", "10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["10.0.0.0/8", "198.51.100.1", "6.6.6.6", "198.51.100.1"],
    ["10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["1", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
    ["1", "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"],
    ["1", "10.0.0.1", "unknown", "10.0.0.1"],
    ["1", "10.0.0.1", "203.0.113.9, <script>", "10.0.0.1"],
    ["1", "10.0.0.1", "", "10.0.0.1"],
  ])("trusting %s, from %s, with %j: %s", (spec, remote, header, expected) => {
    expect(addressOf(remote, header, trust(spec))).toBe(expected);
  });

  test.each(["0", "", "x", "10.0.0.0/33", "10.0.0.1,y", "10.0.0.0/8/8", "::/129", "-1"])(
    "refuses to trust %j",
    (spec) => {
      expect(parseTrustedProxies(spec).ok).toBe(false);
    },
  );
});

describe("settings", () => {
  test.each(["https://a.example/", "a.example", "*", "https://a.example,", "file://"])(
    "refuse the origin %j, which no browser would send",
    (origin) => {
      expect(parseOrigins(origin).ok).toBe(false);
    },
  );

  test.each(["https://a.example", "a.example:80", "*", "a/b"])("refuse the host %j", (host) => {
    expect(parseHosts(host).ok).toBe(false);
  });

  test("reach the running program, given twice or as a list", async () => {
    const flags = [
      "--allow-origin",
      friend,
      "--allow-origin",
      "https://b.example,https://c.example",
    ];
    const program = runProgram(["--demo", "--port", "0", ...flags, "--trust-proxy", "1"], {
      WSECHO_ALLOW_HOST: "echo.example",
    });
    const port = Number(new URL(await program.ready).port);
    for (const [origin, status] of [
      [friend, 101],
      ["https://c.example", 101],
      ["null", 403],
    ] as const) {
      const headers = { Host: "echo.example", Origin: origin, "X-Forwarded-For": "203.0.113.9" };
      expect(await statusOf(port, headers)).toBe(status);
    }
    expect(await statusOf(port, { Host: "other.example" })).toBe(421);
    expect(program.stderr()).toContain('"peer":"203.0.113.9"');
  });

  test("do not open another address to nobody's users", async () => {
    const program = runProgram(["--host", "0.0.0.0", "--port", "0"]);
    expect((await program.ended).status).toBe(2);
    expect(program.stderr()).toContain("nobody could log in");
  });
});
