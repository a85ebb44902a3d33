import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { runProgram } from "../support/program.ts";
import { startBareServer, startWebServer } from "../support/servers.ts";

it("headers go as they are given, and credentials follow no redirect to another origin", async () => {
  const seen: (readonly string[])[] = [];
  await using server = await startBareServer((socket) => socket.send("hi"), {
    verifyClient: ({ req }: { readonly req: IncomingMessage }) => seen.push(req.rawHeaders) > 0,
  });
  await using first = await startWebServer((_request, response) => {
    response.writeHead(302, { location: `${server.url}/next` }).end();
  });
  const headers = ["-H", "X-Twice: a", "-H", "X-Twice: ${WHO}", "--expand-headers", "-b", "id=s3"];
  const all = [...headers, "--auth", "u:s3cret", "-A", "me", "-o", "http://o.example"];
  const env = { WHO: "ada" };
  const direct = await runProgram(["-1", ...all, server.url], { env });
  expect(direct.stdout).toBe("hi\n");
  expect(direct.stderr).not.toContain("s3cret");
  const text = (index: number): string => (seen[index] ?? []).join("|").toLowerCase();
  expect(text(0)).toContain("x-twice|a|x-twice|ada");
  for (const part of ["cookie|id=s3", "authorization|basic ", "user-agent|me", "origin|http://o."])
    expect(text(0)).toContain(part);
  const moved = await runProgram(["-1", "-L", ...all, first.url], { env });
  expect(moved.stdout).toBe("hi\n");
  expect(text(1)).toContain("x-twice|a");
  expect(text(1)).not.toMatch(/cookie|authorization/);
});

it("a login of --user follows a redirect on the same server", async () => {
  const seen: (string | undefined)[] = [];
  const web = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  web.on("upgrade", (request, socket) => {
    seen.push(request.headers.authorization);
    const moved = "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /in\r\n\r\n";
    socket.end(request.url === "/" ? moved : "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  });
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  try {
    const url = `ws://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const login = ["--dialect", "none", "-u", "ada", "--password-stdin"];
    const { status } = await runProgram(["-L", "-1", ...login, url], { input: "s3cret\n" });
    expect(status).toBe(5);
    const basic = `Basic ${Buffer.from("ada:s3cret").toString("base64")}`;
    expect(seen).toEqual([basic, basic]);
  } finally {
    web.close();
  }
});

it("--resolve and a proxy's CONNECT lead to the server, and a proxy's refusal is 3", async () => {
  await using server = await startBareServer((socket) => socket.send("hi"));
  const pin = `there.example:${server.port}:127.0.0.1`;
  const url = `ws://there.example:${server.port}`;
  expect((await runProgram(["-q", "-1", "--resolve", pin, url])).stdout).toBe("hi\n");
  const proxy = createServer().listen(0, "127.0.0.1");
  let willing = true;
  proxy.on("connect", (_request, client) => {
    if (!willing) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const there = connect(server.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      there.pipe(client).pipe(there);
    });
    for (const socket of [there, client]) socket.on("error", () => undefined);
  });
  await once(proxy, "listening");
  try {
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    expect((await runProgram(["-q", "-1", "--proxy", address, url])).stdout).toBe("hi\n");
    const byEnv = await runProgram(["-q", "-1", url], { env: { HTTP_PROXY: address } });
    expect(byEnv.stdout).toBe("hi\n");
    willing = false;
    const refused = await runProgram(["-q", "-1", "--proxy", address, url]);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("HTTP 407");
  } finally {
    proxy.close();
  }
});

it("--as-curl prints the connection without its secrets", async () => {
  const args = ["-H", "X-Api-Key: s3cret", "--auth", "u:s3cret", "-b", "id=s3cret", "-k"];
  const { status, stdout } = await runProgram([...args, "--as-curl", "wss://h.example/a?t=s3cret"]);
  expect(status).toBe(0);
  expect(stdout).toContain("curl --no-buffer --http1.1 -H 'X-Api-Key: …' -b 'id=…' -u 'u:…' -k");
  expect(stdout).not.toContain("s3cret");
});
