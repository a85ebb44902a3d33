import { execFile } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createServer, demoUsers } from "@wsecho/server";
import { afterAll, describe, expect, it } from "vitest";
import { startFrameServer } from "./support/frame-server.ts";
import { startProxy } from "./support/proxy.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const users = await demoUsers();
const server = createServer({ port: 0, users });
const { url } = await server.listen();
afterAll(() => server.close());

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function conformance(...args: readonly string[]): Promise<Ended> {
  const { WSECHO_PASSWORD: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--conditions=@wsecho/source", main, ...args],
      { env },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

describe("the program", () => {
  it("ends with 0 and one line for each vector where all passed", async () => {
    const { status, stdout, stderr } = await conformance("--url", url, "--filter", "R2");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "note: logging in as the demo's user admin\n",
    });
    const lines = stdout.trim().split("\n");
    expect(lines[0]).toMatch(/^ok {3}v1-ids \[R2\] ids may leave gaps .* \(\d+ ms\)$/);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 0 skipped$/);
  });

  it("runs the vectors of one dialect when asked to", async () => {
    const { stdout } = await conformance("--url", url, "--dialect", "plain", "--filter", "echo");
    expect(stdout).toContain("plain-echo");
    expect(stdout).not.toContain("v1-echo");
  });

  it("says why it skips, and still ends with 0", async () => {
    const { status, stdout } = await conformance("--url", url, "--filter", "v1-idle");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^skip v1-idle .* — it waits 2160000 ms for idleTimeoutMs; run it with/);
  });

  it("ends with 1, shows both sides without secrets, and names the broken rules", async () => {
    await using proxy = await startProxy(url, {
      fromServer: () => (message, send) =>
        send(
          message.kind === "text"
            ? { kind: "text", text: message.text.replace("context", "\u001b[31mcontent") }
            : message,
        ),
    });
    const args = ["--url", proxy.url, "--filter", "plain-refused", "--timeout", "1000"];
    const { status, stdout } = await conformance(...args);
    expect(status).toBe(1);
    expect(stdout).toContain("FAIL plain-refused [P4]");
    expect(stdout).toContain('expected text "your submit context: hello"');
    expect(stdout).toContain('received text "your submit \\u001b[31mcontent: hello"');
    expect(stdout).toContain('C: text "admin:•••"');
    expect(stdout).not.toContain("123456");
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("0 passed, 1 failed, 0 skipped; see P4 in PROTOCOL.md");
  });

  it("writes one JSON document with --json, and nothing else on stdout", async () => {
    const { status, stdout } = await conformance("--url", url, "--filter", "N4", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 0,
      failed: 0,
      skipped: 2,
      brokenRules: [],
      results: [
        {
          id: "handshake-no-plain",
          rules: ["N4"],
          outcome: "skipped",
          reason: "the server speaks plain",
        },
        { id: "handshake-no-plain-v1", outcome: "skipped" },
      ],
    });
  });

  it("tries frames with --frames: at every place, or at a pure echo", async () => {
    const args = ["--frames", "--filter", "Autobahn 6.3"];
    const { status, stdout } = await conformance("--url", url, ...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ok {3}utf8-invalid \[RFC 6455 8\.1, Autobahn 6\.3\.1\] a text with/);
    expect(stdout).toContain("\n2 passed, 0 failed, 0 skipped\n");
    await using wrong = await startFrameServer("does not check UTF-8");
    const failed = await conformance("--url", wrong.url, ...args);
    expect(failed.status).toBe(1);
    expect(failed.stdout).toContain("[at /echo, one segment]");
    expect(failed.stdout).toContain("C: 8194");
    expect(failed.stdout).toContain("received a text that is not UTF-8 (section 5.6)");
    expect(failed.stdout).toMatch(/2 failed, 0 skipped; see Autobahn 6\.3\.1, .* 8\.1\n/);
    await using right = await startFrameServer();
    const root = right.url.replace("/echo", "");
    const pure = await conformance("--url", root, ...args.with(0, "--frames=echo"));
    expect(pure.stdout).toContain("2 passed, 0 failed");
  });

  it("ends with 1 and a question where nobody listens", async () => {
    const closed = createHttpServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const { status, stdout, stderr } = await conformance("--url", `ws://127.0.0.1:${port}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/error: no answer from ws:.*ECONNREFUSED.*Is the server running\?/);
  });

  it("ends with 2 where no vector is meant, or the command line is wrong", async () => {
    expect(await conformance("--url", url, "--filter", "nonsense")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("nothing has that") as string,
    });
    expect(await conformance("--uri", url)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("Did you mean --url?") as string,
    });
  });
});
