import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "@wsecho/testkit/certificates";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { excludes } from "../../src/connection/no-proxy.ts";
import { runProgram } from "../support/program.ts";
import { startBareServer } from "../support/servers.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wsecho-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("--unix-socket", () => {
  it.each([
    ["ws", "there.example"],
    ["wss", "there.example"],
    ["wss", "127.0.0.1"],
    ["wss", "[::1]"],
  ])("leads %s://%s to a socket of this machine", async (scheme, host) => {
    const path = join(directory, `${scheme}-${host}`);
    const made = await makeCertificate(host);
    await writeFile(`${path}.pem`, made.cert);
    const server = scheme === "ws" ? createServer() : createSecureServer(made);
    const hosts: (string | undefined)[] = [];
    new WebSocketServer({ server }).on("connection", (socket, request) => {
      hosts.push(request.headers.host);
      socket.send("hi");
    });
    server.listen(path);
    await once(server, "listening");
    try {
      const trust =
        scheme === "ws" ? [] : host === "there.example" ? ["-k"] : ["--cacert", `${path}.pem`];
      const args = ["-q", "-1", ...trust, "--unix-socket", path, `${scheme}://${host}/x`];
      const { status, stdout, stderr } = await runProgram(args);
      expect({ status, stdout }).toEqual({ status: 0, stdout: "hi\n" });
      // Node warns where a name for TLS is an address.
      expect(stderr).not.toContain("Deprecation");
      expect(hosts).toEqual([host]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("that is not there is 3, and named as it was given", async () => {
    const path = join(directory, "no");
    for (const [socket, words] of [
      [path, `Nothing listens at the socket ${path}, which leads to ws://localhost:1 (ENOENT)`],
      ["@wsecho-no", "Nothing listens at the socket @wsecho-no, which leads to"],
    ] as const) {
      const { status, stderr } = await runProgram(["--unix-socket", socket, ":1"]);
      expect(stderr).toContain(words);
      expect(status).toBe(3);
    }
  });

  it.runIf(process.platform === "linux")("may be an abstract one", async () => {
    const name = `wsecho-${process.pid}`;
    const server = createServer();
    new WebSocketServer({ server }).on("connection", (socket) => socket.send("hi"));
    server.listen(`\0${name}`);
    await once(server, "listening");
    try {
      for (const args of [
        ["--unix-socket", `@${name}`],
        ["--abstract-unix-socket", name],
      ])
        expect(await runProgram(["-q", "-1", ...args, "ws://there.example"])).toMatchObject({
          status: 0,
          stdout: "hi\n",
        });
      const curl = await runProgram(["--as-curl", "--unix-socket", `@${name}`, ":1"]);
      expect(curl.stdout).toContain(`--abstract-unix-socket ${name}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const both = ["--unix-socket", "a", "--abstract-unix-socket", "b", ":1"];
    expect((await runProgram(both)).stderr).toContain("are two sockets; give one");
  });
});

describe("-4 and -6", () => {
  it("choose among the addresses of a name", async () => {
    await using four = await startBareServer((socket) => socket.send("four"));
    const url = `ws://localhost:${four.port}`;
    expect(await runProgram(["-q", "-1", "-4", url])).toMatchObject({
      status: 0,
      stdout: "four\n",
    });
    // There it listens on 127.0.0.1 only.
    const six = await runProgram(["-q", "-1", "-6", url]);
    expect(six.status).toBe(3);
    await using both = await startBareServer((socket) => socket.send("six"), { host: "::1" });
    const args = ["-q", "-1", "-6", "--resolve"];
    const there = `ws://there.example:${both.port}`;
    const pinned = await runProgram([...args, `there.example:${both.port}:[::1]`, there]);
    expect(pinned).toMatchObject({ status: 0, stdout: "six\n" });
  });

  it("do not go together, nor with an address of the other kind", async () => {
    for (const args of [
      ["-4", "-6", ":1"],
      ["-4", "ws://[::1]:1"],
      ["-6", "ws://127.0.0.1:1"],
    ])
      expect((await runProgram(args)).status).toBe(2);
  });
});

describe("what needs no proxy", () => {
  it.each([
    ["example.org", "ws://example.org", true],
    ["example.org", "ws://a.example.org", true],
    [".example.org", "ws://a.example.org", true],
    ["example.org", "ws://notexample.org", false],
    ["example.org:8080", "ws://example.org:8080", true],
    ["example.org:8080", "ws://example.org", false],
    ["EXAMPLE.org other", "ws://other", true],
    ["*", "ws://anything", true],
    ["", "ws://anything", false],
    ["127.0.0.0/8", "ws://127.9.9.9", true],
    ["10.0.0.0/8", "ws://127.0.0.1", false],
    ["::1", "ws://[::1]:80", true],
    ["fe80::/10", "ws://[fe80::1]", true],
  ])("%j holds %s: %s", (list, url, expected) => {
    expect(excludes(list, new URL(url))).toBe(expected);
  });
});
