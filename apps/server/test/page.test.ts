import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../src/index.ts";
import { connectRaw } from "./support/raw.ts";
import { startServer, testUsers, type TestServer } from "./support/start-server.ts";

const html = "<!doctype html><title>wsecho</title>";
const script = "console.log('page')";

/** A built web client, and files beside it that nobody may get. */
function makePage(): string {
  const dir = mkdtempSync(join(tmpdir(), "wsecho-page-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const root = join(dir, "dist");
  mkdirSync(join(root, "assets"), { recursive: true });
  writeFileSync(join(dir, "secret.txt"), "secret");
  writeFileSync(join(root, "index.html"), html);
  writeFileSync(join(root, "favicon.svg"), "<svg/>");
  writeFileSync(join(root, "name with space.txt"), "spaced");
  writeFileSync(join(root, ".env"), "secret");
  writeFileSync(join(root, "assets", "index-BxY12_-z.js"), script);
  writeFileSync(join(root, "assets", "plain.css"), "body{}");
  symlinkSync(join(dir, "secret.txt"), join(root, "link.txt"));
  return root;
}

const startWithPage = (): Promise<TestServer> => startServer({ webRoot: makePage() });

/** One request, its path as written; `fetch` would tidy it up. */
async function request(port: number, target: string, lines = "", method = "GET"): Promise<string> {
  const peer = await connectRaw(port);
  peer.socket.write(
    `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}Connection: close\r\n\r\n`,
  );
  return peer.ended;
}

test("serves the page, which is asked for anew each time, under a strict policy", async () => {
  const { httpUrl } = await startWithPage();
  for (const path of ["/", "/index.html", "/?a=b"]) {
    const response = await fetch(httpUrl + path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(html);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(html.length),
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self' ws: wss:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  }
});

test("lets hashed files be kept for ever, and others not", async () => {
  const { httpUrl } = await startWithPage();
  const cache = async (path: string): Promise<readonly (string | null)[]> => {
    const { headers } = await fetch(httpUrl + path);
    return [headers.get("cache-control"), headers.get("content-type")];
  };
  expect(await cache("/assets/index-BxY12_-z.js")).toEqual([
    "public, max-age=31536000, immutable",
    "text/javascript; charset=utf-8",
  ]);
  expect(await cache("/assets/plain.css")).toEqual(["no-cache", "text/css; charset=utf-8"]);
  expect(await cache("/favicon.svg")).toEqual(["no-cache", "image/svg+xml"]);
  expect(await cache("/name%20with%20space.txt")).toEqual([
    "no-cache",
    "text/plain; charset=utf-8",
  ]);
});

test("answers 304 to who has the file already, and headers alone to HEAD", async () => {
  const { httpUrl } = await startWithPage();
  const first = await fetch(httpUrl);
  const etag = first.headers.get("etag") ?? "";
  await first.text();
  const again = await fetch(httpUrl, { headers: { "If-None-Match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  const changed = await fetch(httpUrl, { headers: { "If-None-Match": '"other"' } });
  expect([changed.status, await changed.text()]).toEqual([200, html]);
  const head = await fetch(httpUrl, { method: "HEAD" });
  expect([head.headers.get("content-length"), await head.text()]).toEqual([
    String(html.length),
    "",
  ]);
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/%2e%2e%2fsecret.txt",
  "/assets/../../secret.txt",
  "/..%5csecret.txt",
  "/..\\secret.txt",
  "//secret.txt",
  "//etc/passwd",
  "/etc/passwd",
  "/./index.html",
  "/index.html/",
  "/index.html%00.txt",
  "/%00",
  "/%",
  "/%zz",
  "/%c0%ae%c0%ae/secret.txt",
  "/link.txt",
  "/.env",
  "/assets",
  "/assets/",
  "/__proto__",
  "/constructor",
  "http://127.0.0.1/../secret.txt",
  "*",
])("has no file for %s", async (target) => {
  const { port } = await startWithPage();
  const answer = await request(port, target);
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(answer).not.toContain("secret");
  expect(answer).not.toContain("root:");
});

test("answers other methods with 405, whatever they carry", async () => {
  const { port } = await startWithPage();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const answer = await request(port, "/", "Content-Length: 0\r\n", method);
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*Allow: GET, HEAD/);
  }
});

test("says at /echo and /inspect what they are, to who does not upgrade", async () => {
  const { port } = await startWithPage();
  for (const path of ["/echo", "/inspect"]) {
    const answer = await request(port, path);
    expect(answer).toMatch(/^HTTP\/1\.1 426 [^]*Upgrade: websocket[^]*WebSocket endpoint/);
  }
});

test("serves the page to who would rather speak HTTP/2", async () => {
  const { port } = await startWithPage();
  const peer = await connectRaw(port);
  peer.socket.write(
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n" +
      "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
  );
  expect(await peer.answer()).toMatch(/^HTTP\/1\.1 200 /);
});

test("serves what it started with, also when the files change", async () => {
  const root = makePage();
  const { httpUrl } = await startServer({ webRoot: root });
  rmSync(join(root, "assets"), { recursive: true });
  writeFileSync(join(root, "index.html"), `${html} a longer one`);
  expect(await (await fetch(httpUrl)).text()).toBe(html);
  expect(await (await fetch(`${httpUrl}/assets/index-BxY12_-z.js`)).text()).toBe(script);
});

test("says how to build the page where there is none", async () => {
  const { httpUrl, hasPage } = await startServer({ webRoot: null });
  expect(hasPage).toBe(false);
  const response = await fetch(httpUrl);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("pnpm build");
  expect((await fetch(`${httpUrl}/favicon.ico`)).status).toBe(404);
});

test("does not start with a folder that holds no page", async () => {
  const users = await testUsers();
  const empty = mkdtempSync(join(tmpdir(), "wsecho-empty-"));
  onTestFinished(() => rmSync(empty, { recursive: true }));
  for (const [webRoot, problem] of [
    [empty, "holds no index.html"],
    [join(empty, "missing"), "cannot be read: ENOENT"],
  ] as const) {
    await using server = createServer({ users, port: 0, webRoot });
    await expect(server.listen()).rejects.toThrow(problem);
  }
});
