import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { runProgram } from "../support/program.ts";
import { startBareServer, startSecureEcho } from "../support/servers.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wsecho-"));
});
afterAll(() => rm(directory, { recursive: true }));

const echo = (socket: WebSocket): void => {
  socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
};

it("-v shows the handshake and its times, and hides what is secret", async () => {
  await using server = await startSecureEcho();
  const ca = join(directory, "ca.pem");
  await writeFile(ca, server.cert);
  const url = `wss://localhost:${server.port}/x?token=s3cret`;
  const args = ["send", "-v", "-1", "-4", "-k", "--dialect", "none", "-H", "X-Api-Key: s3cret"];
  const { status, stdout, stderr } = await runProgram([...args, url, "hello"]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
  for (const line of ["> GET /x?… HTTP/1.1", "> X-Api-Key: …", "> Upgrade: websocket"])
    expect(stderr).toContain(`${line}\n`);
  expect(stderr).toContain("< HTTP/1.1 101 Switching Protocols\n< Upgrade: websocket\n");
  const ms = String.raw`\d+\.\d ms`;
  expect(stderr).toMatch(
    new RegExp(`\\* DNS ${ms}, TCP ${ms}, TLS ${ms}, upgrade ${ms}; in all ${ms}\\n`),
  );
  expect(stderr).toMatch(new RegExp(`\\* first message ${ms} after the upgrade\\n`));
  expect(stderr).not.toContain("s3cret");
  expect(stderr).not.toContain("TEXT");
});

it("-vv shows each frame: FIN, opcode, RSV, mask, and its size on the wire and inflated", async () => {
  await using server = await startBareServer(echo, { perMessageDeflate: { threshold: 0 } });
  const args = ["send", "-vv", "-1", "--compress", server.url];
  const { stderr } = await runProgram([...args, "a".repeat(200)]);
  expect(stderr).toMatch(/ c ▶ s {2}1 {3}TEXT +6 .*msg 1, deflated, rsv 100, mask [\da-f]{8}\n/);
  expect(stderr).toContain("message 1 in 1 frame: 200 bytes, 6 on the wire, ratio 33.33  aaaa");
  expect(stderr).toMatch(/ c ◀ s {2}1 {3}TEXT +6 .*msg 2, deflated, rsv 100, no mask\n/);
  expect(stderr).toMatch(/ c ▶ s {2}1 {3}CLOSE +2 {2}1000 .*rsv 000, mask /);
  expect(stderr).toContain("GET / HTTP/1.1");
});
