import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHttpProxy } from "../support/http-proxy.ts";
import { runProgram } from "../support/program.ts";
import { closedPort, startBareServer, startSecureEcho } from "../support/servers.ts";
import { startSocksServer } from "../support/socks.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wsecho-"));
});
afterAll(() => rm(directory, { recursive: true }));

const greeting = { status: 0, stdout: "hi\n", stderr: "" };

describe("SOCKS5", () => {
  it("gets an address by socks5, which asks DNS here, and the name by socks5h", async () => {
    await using server = await startBareServer((socket) => socket.send("hi"));
    await using socks = await startSocksServer();
    const local = `ws://localhost:${server.port}`;
    const far = `ws://there.example:${server.port}`;
    const by = (scheme: string, ...args: readonly string[]) =>
      runProgram(["-q", "-1", "--proxy", `${scheme}://127.0.0.1:${socks.port}`, ...args]);
    expect(await by("socks5", "-4", local)).toEqual(greeting);
    expect(await by("socks5h", far)).toEqual(greeting);
    const pin = `there.example:${server.port}:127.0.0.9`;
    expect(await by("socks5", "--resolve", pin, far)).toEqual(greeting);
    expect(socks.requests).toEqual([
      { kind: "address", host: "127.0.0.1", user: null },
      { kind: "name", host: "there.example", user: null },
      { kind: "address", host: "127.0.0.9", user: null },
    ]);
  });

  it("carries TLS, logs in to the proxy, and a refusal is 3, without the password", async () => {
    await using server = await startSecureEcho();
    await using socks = await startSocksServer({ user: "u", password: "s3cret" });
    const ca = join(directory, "ca.pem");
    await writeFile(ca, server.cert);
    const through = (login: string) =>
      runProgram([
        ...["send", "-q", "-1", "--cacert", ca],
        ...["--proxy", `socks5h://${login}@127.0.0.1:${socks.port}`, server.url, "hello"],
      ]);
    expect(await through("u:s3cret")).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
    expect(socks.requests).toMatchObject([{ user: "u" }]);
    const refused = await through("u:n0t-it");
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("through the proxy");
    expect(refused.stderr).not.toContain("n0t-it");
  });

  it("that is not there is 3, and its password is not printed", async () => {
    const proxy = `socks5://u:s3cret@127.0.0.1:${await closedPort()}`;
    const { status, stderr } = await runProgram(["-1", "--proxy", proxy, "ws://127.0.0.1:9"]);
    expect(status).toBe(3);
    expect(stderr).toContain("proxy");
    expect(stderr).not.toContain("s3cret");
  });
});

describe("an HTTP proxy of the environment", () => {
  it.each([
    ["http_proxy", "http://", {}],
    ["HTTP_PROXY", "", {}],
    ["ALL_PROXY", "", {}],
    ["http_proxy", "http://", { ALL_PROXY: "http://127.0.0.1:9" }],
    ["ws_proxy", "http://", { http_proxy: "http://127.0.0.1:9" }],
  ])("counts: %s=%shost:port, beside %j", async (name, scheme, others) => {
    await using server = await startBareServer((socket) => socket.send("hi"));
    await using proxy = await startHttpProxy();
    const env = { ...others, [name]: `${scheme}127.0.0.1:${proxy.port}` };
    const url = `ws://there.example:${server.port}`;
    expect(await runProgram(["-q", "-1", url], { env })).toEqual(greeting);
    expect(proxy.asked).toEqual([{ target: `there.example:${server.port}`, login: undefined }]);
  });

  it("carries wss by https_proxy, with the proxy's own login", async () => {
    await using server = await startSecureEcho();
    await using proxy = await startHttpProxy();
    const ca = join(directory, "other.pem");
    await writeFile(ca, server.cert);
    const env = { https_proxy: `u:s3cret@127.0.0.1:${proxy.port}` };
    const args = ["send", "-q", "-1", "--cacert", ca, server.url, "hello"];
    expect(await runProgram(args, { env })).toMatchObject({ status: 0, stdout: "hello\n" });
    const login = `Basic ${Buffer.from("u:s3cret").toString("base64")}`;
    expect(proxy.asked).toEqual([{ target: `127.0.0.1:${server.port}`, login }]);
    proxy.refuse(403);
    const refused = await runProgram(args, { env });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("HTTP 403");
    expect(refused.stderr).not.toContain("s3cret");
  });

  it.each([
    [{ NO_PROXY: "example.org, localhost" }, []],
    [{ no_proxy: "*" }, []],
    [{ NO_PROXY: ".localhost" }, []],
    [{}, ["--noproxy", "localhost"]],
    [{}, ["--proxy", ""]],
  ])("is left out where %j or %j says so", async (more, args) => {
    await using server = await startBareServer((socket) => socket.send("hi"));
    await using proxy = await startHttpProxy();
    const env = { http_proxy: `http://127.0.0.1:${proxy.port}`, ...more };
    const url = `ws://localhost:${server.port}`;
    expect(await runProgram(["-q", "-1", "-4", ...args, url], { env })).toEqual(greeting);
    expect(proxy.asked).toEqual([]);
  });
});
