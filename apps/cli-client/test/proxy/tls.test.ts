import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { authorityFile, withAuthority, type NearTls } from "../../src/proxy/near-tls.ts";
import { startTestProxy } from "../support/proxy.ts";
import { startBareServer, startSecureEcho } from "../support/servers.ts";

async function echoOnce(socket: WebSocket, text: string): Promise<string> {
  await once(socket, "open");
  socket.send(text);
  const [data] = (await once(socket, "message")) as [Buffer];
  socket.close();
  await once(socket, "close");
  return data.toString();
}

/** A WebSocket through CONNECT, with TLS inside. */
async function throughTunnel(port: number, to: number, ca: string): Promise<WebSocket> {
  const tunnel = connect(port, "127.0.0.1");
  tunnel.write(`CONNECT 127.0.0.1:${to} HTTP/1.1\r\n\r\n`);
  await once(tunnel, "data");
  const inside = connectTls({ socket: tunnel, host: "127.0.0.1", ca });
  return new WebSocket(`wss://127.0.0.1:${to}`, { createConnection: () => inside });
}

describe("the proxy and TLS", () => {
  let folder: string;
  let nearTls: NearTls;
  let authority: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "wsecho-ca-"));
    const made = await withAuthority(folder);
    if (!made.ok) throw new Error(made.error);
    nearTls = made.value;
    authority = await readFile(authorityFile(folder), "utf8");
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("makes an authority whose key its owner alone can read, and keeps it", async () => {
    expect((await stat(join(folder, "wsecho-ca-key.pem"))).mode & 0o077).toBe(0);
    expect((await withAuthority(folder)).ok).toBe(true);
    expect(await readFile(authorityFile(folder), "utf8")).toBe(authority);
  });

  it("looks into a tunnel by a certificate of its own, and trusts the server as it is told to", async () => {
    await using server = await startSecureEcho();
    await using proxy = await startTestProxy({ nearTls, tls: { ca: server.cert } });
    const socket = await throughTunnel(proxy.port, server.port, authority);
    expect(await echoOnce(socket, "inside TLS")).toBe("inside TLS");
    const texts = proxy.records.flatMap((record) => (record.k === "message" ? [record.text] : []));
    expect(texts).toEqual(["inside TLS", "inside TLS"]);
  });

  it("answers inside the tunnel where the server is not to be trusted", async () => {
    await using server = await startSecureEcho();
    await using proxy = await startTestProxy({ nearTls });
    const socket = await throughTunnel(proxy.port, server.port, authority);
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("502");
    expect(proxy.said.join()).toContain("--cacert");
  });

  it("says that TLS in a tunnel passes unread without an authority", async () => {
    await using server = await startSecureEcho();
    await using proxy = await startTestProxy({});
    const socket = await throughTunnel(proxy.port, server.port, server.cert);
    expect(await echoOnce(socket, "unread")).toBe("unread");
    expect(proxy.said).toEqual([
      `TLS to 127.0.0.1:${server.port} passes unread; --ca DIR makes it readable`,
    ]);
    expect(proxy.records.map((record) => (record.k === "note" ? record.code : record.k))).toEqual([
      "opaque",
    ]);
  });

  it("takes wss: and ws: clients at the same port, in front of a ws: server", async () => {
    await using server = await startBareServer((socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    await using proxy = await startTestProxy({ target: server.url, nearTls });
    expect(await echoOnce(new WebSocket(proxy.url), "clear")).toBe("clear");
    const secure = new WebSocket(
      proxy.url.replace("ws:", "wss:").replace("127.0.0.1", "localhost"),
      { ca: authority },
    );
    expect(await echoOnce(secure, "secure")).toBe("secure");
  });

  it("says with 502 that a wss: target is not to be trusted, and nothing is recorded", async () => {
    await using server = await startSecureEcho();
    await using proxy = await startTestProxy({ target: server.url });
    const [error] = (await once(new WebSocket(proxy.url), "error")) as [Error];
    expect(error.message).toContain("502");
    expect(proxy.said.join()).toContain("give --cacert FILE");
    expect(proxy.records).toEqual([]);
  });
});
