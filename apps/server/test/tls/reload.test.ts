import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";
import { connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import { makeCertificate, writeFiles, type Made } from "../support/certificates.ts";
import { connect } from "../support/client.ts";
import { connectRaw } from "../support/raw.ts";
import { runProgram } from "../support/program.ts";
import { soon } from "../support/soon.ts";
import { startLimited } from "../support/start-limited.ts";
import { startServer } from "../support/start-server.ts";

const first = await makeCertificate("first");
const second = await makeCertificate("second");
const both = [first.cert, second.cert];

function files(content: Made) {
  const toFiles = ({ cert, key }: Made) => ({ "cert.pem": cert, "key.pem": key });
  const { path, write } = writeFiles(toFiles(content));
  const key = path("key.pem");
  const flags = ["--tls-cert", path("cert.pem"), "--tls-key", key];
  return { key, flags, write: (made: Made) => write(toFiles(made)) };
}

/** The name in the certificate that new connections get. */
async function nameAt(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connectTls({ host: hostname, port: Number(port), ca: both });
  await once(socket, "secureConnect");
  const name = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return name;
}

async function logIn(url: string) {
  const client = await connect(url, [], { ca: both });
  client.send("admin:123456");
  expect(await client.next()).toContain("congratulation");
  return client;
}

test("serves sessions and page over TLS, and says wss", async () => {
  const { url, httpUrl, server } = await startServer({
    tls: { cert: Buffer.from(first.cert), key: Buffer.from(first.key) },
  });
  expect([url, httpUrl]).toEqual([
    expect.stringMatching(/^wss:/),
    expect.stringMatching(/^https:/),
  ]);
  const client = await logIn(url);
  client.send("hello");
  expect(await client.next()).toBe("your submit context: hello");
  const [response] = (await once(
    get(`${httpUrl}/nothing`, { ca: both, agent: new Agent() }),
    "response",
  )) as [IncomingMessage];
  expect(response.statusCode).toBe(404);
  response.resume();
  await server.close();
  expect((await client.closed).code).toBe(1001);
});

test("survives peers that speak no TLS, that stall, and that go away", async () => {
  const tls = { cert: Buffer.from(first.cert), key: Buffer.from(first.key) };
  const { url, port, met } = await startLimited({ handshakeTimeoutMs: 200 }, { tls });
  const clear = await connectRaw(port);
  clear.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(await clear.ended).not.toContain("200 OK");
  const silent = await connectRaw(port);
  await silent.ended;
  expect(met).toEqual(["handshake-timeout"]);
  const rude = await connectRaw(port);
  rude.socket.write(Buffer.of(0x16, 3, 1, 2, 0));
  rude.socket.resetAndDestroy();
  await logIn(url);
});

test.each(["by itself", "at SIGHUP"])(
  "takes a new certificate %s, and keeps sessions",
  async (how) => {
    const tls = files(first);
    const program = runProgram(["--demo", "--port", "0", ...tls.flags]);
    const url = await program.ready;
    expect(url).toMatch(/^wss:/);
    const client = await logIn(url);
    expect(await nameAt(url)).toBe("first");
    tls.write(second);
    if (how === "at SIGHUP") program.child.kill("SIGHUP");
    await expect.poll(() => nameAt(url), soon).toBe("second");
    client.send("still here");
    expect(await client.next()).toBe("your submit context: still here");
  },
);

test("keeps the old certificate where the new one is broken, and says so", async () => {
  const tls = files(first);
  const program = runProgram(["--demo", "--port", "0", ...tls.flags]);
  const url = await program.ready;
  tls.write({ cert: second.cert, key: first.key });
  const complaints = (): number =>
    program.stderr().split("is not the key of the certificate").length - 1;
  await expect.poll(complaints, soon).toBe(1);
  program.child.kill("SIGHUP");
  await expect.poll(complaints, soon).toBe(2);
  expect(await nameAt(url)).toBe("first");
  tls.write(second);
  await expect.poll(() => nameAt(url), soon).toBe("second");
  expect(program.stderr()).not.toContain("PRIVATE KEY");
});

test("refuses to start with files that do not fit, with status 2", async () => {
  const tls = files({ cert: first.cert, key: second.key });
  const none = files({ cert: "no certificate", key: first.key });
  for (const [flags, problem] of [
    [tls.flags, "is not the key of the certificate"],
    [none.flags, "holds no certificate"],
    [tls.flags.slice(0, 2), "--tls-cert needs --tls-key"],
    [["--tls-cert", "/nowhere", "--tls-key", tls.key], "/nowhere cannot be read (ENOENT)"],
  ] as const) {
    const program = runProgram(["--demo", "--port", "0", ...flags]);
    expect((await program.ended).status).toBe(2);
    expect(program.stderr()).toContain(problem);
  }
});
