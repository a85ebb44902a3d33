import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { isIPv6, type AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate, type CertificateOptions } from "@wsecho/testkit/certificates";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import type { Verdict } from "../../src/doctor/verdict.ts";
import { runProgram } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import {
  closedPort,
  startArticleServer,
  startBareServer,
  startServer,
  startTcpServer,
  startWebServer,
} from "../support/servers.ts";

const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };

const examine = async (args: readonly string[], environment: Record<string, string> = {}) => {
  const result = await runProgram(["doctor", "--json", "--timeout", "2", ...args], {
    env: environment,
  });
  const { verdicts } = JSON.parse(result.stdout) as { readonly verdicts: readonly Verdict[] };
  const of = (check: Verdict["check"]) => verdicts.find((verdict) => verdict.check === check);
  return { status: result.status, verdicts, of, stderr: result.stderr };
};
const last = ({ verdicts }: { readonly verdicts: readonly Verdict[] }) => verdicts.at(-1);
const saying = (text: string): string => expect.stringContaining(text) as string;

/** A WebSocket server over TLS with a certificate of that kind, and the file to trust it by. */
const startSecure = async (
  options: CertificateOptions = {},
  name = "server",
  address = "127.0.0.1",
) => {
  const made = await makeCertificate(name, options);
  const folder = await mkdtemp(join(tmpdir(), "wsecho-doctor-"));
  const file = join(folder, "cert.pem");
  await writeFile(file, made.cert);
  const server = createTlsServer(made);
  new WebSocketServer({ server });
  server.listen(0, address);
  await once(server, "listening");
  const host = isIPv6(address) ? `[${address}]` : address;
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  return { url: `wss://${host}:${(server.address() as AddressInfo).port}`, file };
};

describe("a doctor", () => {
  it("says one verdict a line, in the order of a connection, of a server that is well", async () => {
    await using server = await startServer();
    const { status, stdout } = await runProgram(["doctor", server.url], { env });
    expect(stdout.replaceAll(/\d+(\.\d)? ms/g, "N ms").replaceAll(/port \d+/g, "port N")).toBe(
      [
        "ok    DNS          127.0.0.1 is an address, no name to look up",
        "ok    TCP          port N: 127.0.0.1 in N ms",
        "–     TLS          ws:// has none: everybody on the way can read along",
        "ok    upgrade      101 Switching Protocols (N ms)",
        "ok    subprotocol  wsecho.v1 was selected",
        "ok    compression  none: permessage-deflate was offered and not taken",
        "ok    ping         5 of 5 answered by the right pong",
        "ok    latency      N ms (median of 5; N ms to N ms)",
        "ok    close        answered with 1000 (N ms)",
        "ok    login        as admin by v1 (N ms); a message was echoed",
        "",
      ].join("\n"),
    );
    expect(status).toBe(0);
  });

  it("marks its verdicts in colour on a terminal", async () => {
    await using server = await startBareServer(() => undefined);
    using screen = openScreen(["doctor", server.url], { columns: 120 });
    expect(await screen.exit).toBe(0);
    expect(screen.rows()[0]).toBe("ok    DNS          127.0.0.1 is an address, no name to look up");
    expect(screen.raw()).toContain("\x1b[32mok  \x1b[39m  DNS");
  });

  it("breaks its lines between words where the screen is narrow", async () => {
    await using server = await startBareServer(() => undefined);
    using screen = openScreen(["doctor", server.url], { columns: 40 });
    expect(await screen.exit).toBe(0);
    const rows = screen.rows();
    expect(rows.slice(0, 2)).toEqual([
      "ok    DNS          127.0.0.1 is an",
      "      address, no name to look up",
    ]);
    expect(rows.slice(-2)).toEqual([
      "      → Give --user and --password-file,",
      "        or --token-file.",
    ]);
  });

  it("looks at any server, with what it has", async () => {
    await using server = await startBareServer(() => undefined, {
      perMessageDeflate: true,
      handleProtocols: () => false,
    });
    const seen = await examine([server.url]);
    expect(seen.of("subprotocol")).toMatchObject({
      outcome: "ok",
      text: "none; an offer of wsecho.v1 is not taken",
    });
    expect(seen.of("compression")).toMatchObject({ text: saying("permessage-deflate") });
    expect(seen.of("login")).toMatchObject({ outcome: "skip", advice: saying("--user") });
    expect(seen.status).toBe(0);
    const chosen = await examine(["-s", "chat", server.url]);
    expect(chosen.of("subprotocol")).toMatchObject({
      outcome: "fail",
      text: saying("none of chat"),
    });
  });

  it("logs in by the plain dialect where that is asked for", async () => {
    await using server = await startArticleServer();
    const { of } = await examine(["--dialect", "plain", server.url], env);
    expect(of("login")).toMatchObject({ outcome: "ok", text: saying("by plain") });
  });

  it("says why a login is refused", async () => {
    await using server = await startServer();
    const seen = await examine([server.url], { ...env, WSECHO_PASSWORD: "wrong" });
    expect(last(seen)).toMatchObject({ check: "login", outcome: "fail", text: saying("wrong") });
    expect(seen.status).toBe(6);
  });

  it("stops at a name that there is not, and at a port where nothing listens", async () => {
    // Longer than a label may be, so that no name server has to be asked.
    const nameless = await examine([`ws://${"x".repeat(64)}.invalid`]);
    expect(nameless.verdicts).toMatchObject([{ check: "DNS", outcome: "fail" }]);
    const portless = await examine([`ws://127.0.0.1:${await closedPort()}`]);
    expect(last(portless)).toMatchObject({ check: "TCP", text: saying("refused") });
    expect([nameless.status, portless.status]).toEqual([3, 3]);
  });

  it.each([
    [401, "wants a login at the handshake"],
    [404, "Check the path"],
    [503, "too much to do"],
  ])("says what HTTP %d means", async (status, advice) => {
    await using server = await startWebServer((_request, response) => {
      response.writeHead(status).end("no \u001B[31mway");
    });
    const seen = await examine([server.url]);
    expect(last(seen)).toMatchObject({
      check: "upgrade",
      outcome: "fail",
      text: saying(`HTTP ${status}: no`),
      advice: saying(advice),
    });
    expect(seen.status).toBe(5);
    const shown = await runProgram(["doctor", server.url]);
    expect(shown.stdout).toContain("no ␛[31mway");
  });

  it("sends what a handshake needs: headers, a cookie, a login", async () => {
    const asked: (string | undefined)[][] = [];
    await using server = await startBareServer(() => undefined, {
      verifyClient: ({ req: { headers } }, done) => {
        asked.push([headers.authorization, headers.cookie, headers["x-key"] as string]);
        done(headers.authorization === "Bearer sekret", 401, "who are you?");
      },
    });
    const refused = await examine(["-H", "Authorization: Bearer wrong", server.url]);
    expect(last(refused)).toMatchObject({ advice: saying("It did not take the login") });
    asked.length = 0;
    const args = ["--auth", "sekret", "--auth-type", "bearer", "-b", "a=1", "-H", "X-Key: 2"];
    const seen = await examine([...args, server.url]);
    expect(asked).toEqual([["Bearer sekret", "a=1", "2"]]);
    expect(seen.of("login")).toMatchObject({ outcome: "ok", text: saying("was let in") });
    expect(seen.status).toBe(0);
    const wrong = await runProgram(["doctor", "-H", "nothing", server.url]);
    expect(wrong).toMatchObject({ status: 2, stderr: saying('-H needs "Name: value"') });
  });

  it("tries no login that only the environment has at a stranger's, nor wants all of it there", async () => {
    const got: string[] = [];
    await using server = await startBareServer((socket) =>
      socket.on("message", (data: Buffer) => got.push(data.toString())),
    );
    for (const environment of [env, { WSECHO_USER: "ada" }, { WSECHO_TOKEN: "sekret" }]) {
      const seen = await examine([server.url], environment);
      expect(seen.of("login")).toMatchObject({
        outcome: "skip",
        text: saying("what the environment has is for wsecho servers"),
      });
      expect(seen.status).toBe(0);
    }
    expect(got).toEqual([]);
  });

  it("says that what answers is no web server", async () => {
    await using server = await startTcpServer((socket) => socket.end("220 mail.example ESMTP\r\n"));
    expect(last(await examine([server.url]))).toMatchObject({ check: "upgrade", outcome: "fail" });
  });

  it.each<[string, (socket: WebSocket) => void, Partial<Verdict>, number]>([
    ["pongs", (socket) => socket.pause(), { check: "ping", outcome: "fail" }, 7],
    [
      "a goodbye",
      (socket) => {
        socket.on("ping", () => socket.terminate());
      },
      { check: "ping", outcome: "fail" },
      7,
    ],
  ])("misses %s", async (_what, onConnection, verdict, status) => {
    await using server = await startBareServer(onConnection);
    const seen = await examine([server.url]);
    expect(seen.verdicts).toContainEqual(expect.objectContaining(verdict));
    expect(seen.status).toBe(status);
  });

  it("thinks of TLS where a server hangs up at once", async () => {
    await using server = await startTcpServer((socket) => socket.destroy());
    const { check, advice } = last(await examine([server.url])) ?? {};
    expect({ check, advice }).toEqual({ check: "upgrade", advice: saying("wants wss://") });
  });

  it("misses an answer to its close frame", async () => {
    await using server = await startBareServer((socket) => {
      // What `ws` does by itself is taken away.
      (socket as unknown as { _receiver: NodeJS.EventEmitter })._receiver.removeAllListeners(
        "conclude",
      );
    });
    const seen = await examine([server.url]);
    expect(seen.of("close")).toMatchObject({ outcome: "fail", text: saying("no close frame") });
    expect(seen.status).toBe(8);
  });
});

describe("a doctor of TLS", () => {
  it("shows version, chain and expiry of a certificate that it trusts", async () => {
    const { url, file } = await startSecure({ to: 100 * 86_400 });
    const { of, status } = await examine(["--cacert", file, url]);
    expect(of("TLS")).toMatchObject({ outcome: "ok", text: saying("TLSv1.3") });
    expect(of("certificate")).toMatchObject({
      outcome: "ok",
      text: expect.stringMatching(
        /^server, valid until \d{4}-\d\d-\d\d, 99 days from now$/,
      ) as string,
    });
    expect(status).toBe(0);
  });

  const hasIPv6 = Object.values(networkInterfaces())
    .flat()
    .some((own) => own?.address === "::1");
  it.runIf(hasIPv6)("trusts one for an address of IPv6", async () => {
    const { url, file } = await startSecure({ to: 100 * 86_400 }, "server", "::1");
    const { of, status, stderr } = await examine(["--cacert", file, url]);
    expect(of("certificate")).toMatchObject({ outcome: "ok" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("warns of one that ends soon", async () => {
    const { url, file } = await startSecure({ to: 3 * 86_400 });
    const { of } = await examine(["--cacert", file, url]);
    expect(of("certificate")).toMatchObject({ outcome: "warn", advice: saying("Renew") });
  });

  it.each<[string, CertificateOptions, readonly string[], string]>([
    ["signed by itself", {}, [], "--cacert FILE"],
    ["expired", { from: -7200, to: -3600 }, ["trusted"], "Renew it"],
  ])("tells of one %s, and looks further", async (_how, options, trusted, advice) => {
    const { url, file } = await startSecure(options);
    const seen = await examine([...(trusted.length > 0 ? ["--cacert", file] : []), url]);
    expect(seen.of("certificate")).toMatchObject({ outcome: "fail", advice: saying(advice) });
    expect(seen.of("ping")).toMatchObject({ outcome: "ok" });
    expect(seen.status).toBe(4);
  });

  it("tells a port without TLS", async () => {
    await using server = await startServer();
    const seen = await examine([server.url.replace("ws:", "wss:")]);
    expect(last(seen)).toMatchObject({
      check: "TLS",
      text: saying("not TLS"),
      advice: saying("ws://"),
    });
    expect(seen.status).toBe(4);
  });
});
