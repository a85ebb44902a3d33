import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { makeCertificate, type Made } from "@wsecho/testkit/certificates";
import { startTeam, type Team } from "@wsecho/testkit/team";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompted } from "./support/login.ts";
import { runProgram, startProgram } from "./support/program.ts";
import { openScreen } from "./support/screen.ts";
import { startTcpServer } from "./support/servers.ts";

const password = "PASSWORD-MARK";
const passphrase = "PASSPHRASE-MARK";

const own = await makeCertificate("server");
const authority = await makeCertificate("team authority", { authority: true });
const ada = await makeCertificate("ada", { by: authority, usage: "client" });
const other = await makeCertificate("ada");

let folder: string;
let team: Team;
/** Where the server's own certificate is. */
let trust: readonly string[];
let shown: readonly string[];

const file = async (name: string, content: string, mode = 0o600): Promise<string> => {
  const path = join(folder, name);
  await rm(path, { force: true });
  await writeFile(path, content, { mode });
  return path;
};

const pair = async (name: string, { cert, key }: Made): Promise<readonly string[]> => [
  "--cert",
  await file(`${name}.pem`, cert),
  "--key",
  await file(`${name}.key`, key),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wsecho-cert-"));
  const cert = await file("server.pem", own.cert);
  const flags = ["--tls-cert", cert, "--tls-key", await file("server.key", own.key)];
  const ca = await file("authority.pem", authority.cert);
  team = await startTeam({
    users: { ada: password },
    flags: [...flags, "--tls-client-ca", ca],
  });
  trust = ["--cacert", cert];
  shown = await pair("ada", ada);
}, 60_000);
afterAll(async () => {
  await team[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("a client certificate", () => {
  it("logs in whom it names, in both dialects, whatever the environment says", async () => {
    for (const [args, env, reply, dialect] of [
      [[], {}, "hello\n", "as ada (v1)"],
      [[], { WSECHO_USER: "eve", WSECHO_PASSWORD: "wrong" }, "hello\n", "as ada (v1)"],
      [["--dialect", "plain"], {}, "your submit context: hello\n", "(plain)"],
    ] as const) {
      const all = [...trust, ...shown, ...args, team.url];
      const { status, stdout, stderr } = await runProgram(all, { env, input: "hello\n" });
      expect({ status, stdout, stderr }).toMatchObject({ status: 0, stdout: reply });
      expect(stderr.split("\n")).toEqual([expect.stringContaining(dialect), ""]);
    }
  });

  it("may stand in one file with its key, which may be encrypted", async () => {
    const locked = createPrivateKey(ada.key)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
      .toString();
    const pass = ["--pass-file", await file("pass", `${passphrase}\n`)];
    for (const [key, args] of [
      [ada.key, []],
      [locked, pass],
    ] as const) {
      const path = await file("both.pem", `${ada.cert}\n${key}`);
      const all = [...trust, "-E", path, ...args, team.url];
      const { status, stdout } = await runProgram(all, { input: "hello\n" });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
    }
    const path = await file("locked.key", locked);
    const cert = ["--cert", await file("ada.pem", ada.cert), "--key", path];
    const silent = await runProgram([...trust, ...cert, team.url]);
    expect(silent.status).toBe(2);
    expect(silent.stderr).toContain(`${path} is encrypted; add --pass-file FILE`);
    const wrong = ["--pass-file", await file("wrong", "WRONG-MARK\n")];
    const refused = await runProgram([...trust, ...cert, ...wrong, team.url]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("cannot be opened with the passphrase that was given");
    const open = await runProgram([...trust, ...cert, "--pass", passphrase, team.url]);
    expect(open.status).toBe(0);
    expect(open.stderr).toContain("The passphrase in --pass can be read by others");
    const curl = await runProgram(["--as-curl", ...cert, "--pass", passphrase, team.url]);
    expect(curl.stdout).toContain("--pass '…'");
    for (const { stdout, stderr } of [silent, refused, open, curl])
      expect(stdout + stderr).not.toContain("MARK");
  });

  it("has its key's passphrase asked for at a terminal, where a slip does not end it", async () => {
    const locked = createPrivateKey(ada.key)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
      .toString();
    const key = await file("asked.key", locked);
    const args = [...trust, "--cert", await file("asked.pem", ada.cert), "--key", key];
    const question = `passphrase of ${key}:`;
    using screen = openScreen([...args, team.url], { columns: 200 });
    await screen.shows(question);
    screen.type("WRONG-MARK\r");
    await screen.shows("That passphrase does not open it.");
    await screen.until((rows) => rows.at(-1) === question);
    screen.type(`${passphrase}\r`);
    await prompted(screen);
    screen.type("hello\r");
    await screen.shows("< hello");
    expect(screen.raw()).not.toContain("MARK");
    screen.type("\x04");
    expect(await screen.exit).toBe(0);

    using doctor = openScreen(["doctor", ...args, team.url], { columns: 200 });
    await doctor.shows(question);
    doctor.type(`${passphrase}\r`);
    await doctor.shows("login        as ada by v1");
    expect(await doctor.exit).toBe(0);

    using left = openScreen(["bench", ...args, team.url], { columns: 200 });
    await left.shows(question);
    left.type("\x03");
    expect(await left.exit).toBe(130);
  });

  it("is used with a warning where others may read its key", async () => {
    const open = await file("open.key", ada.key, 0o644);
    const args = ["--cert", await file("ada.pem", ada.cert), "--key", open];
    const { status, stderr } = await runProgram([...trust, ...args, team.url]);
    expect(stderr).toContain(`Others on this machine may read ${open}. Better: chmod 600 ${open}`);
    expect(status).toBe(0);
  });

  it("that the server refuses ends with the reason and what to do", async () => {
    const stranger = await makeCertificate("eve", { by: authority });
    const expired = await makeCertificate("ada", { by: authority, from: -7200, to: -3600 });
    for (const [made, words] of [
      [other, "is not signed by an authority that this server trusts"],
      [stranger, "does not exist or may not log in"],
      [expired, "has expired; get a new one"],
    ] as const) {
      const args = await pair("refused", made);
      const { status, stdout, stderr } = await runProgram([...trust, ...args, team.url]);
      expect(stderr).toContain("did not let the certificate of --cert in (HTTP 403)");
      expect(stderr).toContain("--tls-client-ca");
      expect(stderr).toContain(words);
      expect({ status, stdout }).toEqual({ status: 6, stdout: "" });
    }
  });

  it("that ends in the middle asks nobody, and says so", async () => {
    const short = await pair("short", await makeCertificate("ada", { by: authority, to: 5 }));
    const program = startProgram([...trust, ...short, team.url]);
    program.child.stdin.write("one\n");
    await program.printed("one\n");
    const { status, stderr } = await program.result;
    expect(stderr).toContain("4401 (session expired)");
    expect(stderr).toContain("The client certificate of --cert has ended");
    expect(status).toBe(6);
  });

  it("and a password, too, is one login too many, and says which to leave out", async () => {
    const env = { WSECHO_PASSWORD: password };
    const args = [...trust, ...shown, "--user", "ada", team.url];
    const { status, stderr } = await runProgram(args, { env });
    expect(stderr).toContain("the certificate of --cert is the login already");
    expect([6, 9]).toContain(status);
    const without = await runProgram([...trust, "--user", "ada", team.url], { env });
    expect(without.status).toBe(0);
  });

  it("at a server that takes none says how to log in instead", async () => {
    const args = ["--tls-cert", await file("s.pem", own.cert), "--tls-key"];
    await using plain = await startTeam({
      users: { ada: password },
      flags: [...args, await file("s.key", own.key)],
    });
    const all = ["--connect-timeout", "1", ...trust, ...shown, plain.url];
    const { status, stderr } = await runProgram(all);
    expect(stderr).toContain("log in with --user NAME beside --cert");
    expect(status).toBe(7);
    const env = { WSECHO_PASSWORD: password };
    const both = await runProgram([...trust, ...shown, "--user", "ada", plain.url], { env });
    expect(both.status).toBe(0);
  });
});

describe("wrong usage", () => {
  it.each<readonly [string, () => readonly string[] | Promise<readonly string[]>, string]>([
    ["no such file", () => ["--cert", "/nowhere/a"], "--cert: /nowhere/a cannot be read (ENO"],
    ["no such key", () => [...shown.slice(0, 2), "--key", "/nowhere/k"], "--key: /nowhere/k"],
    ["no such authority", () => ["--cacert", "/nowhere/c"], "--cacert: /nowhere/c cannot be"],
    ["a key alone", () => shown.slice(2), "give that too"],
    ["a certificate alone", () => shown.slice(0, 2), "add --key FILE"],
    ["a key for certificate", () => ["--cert", shown[3] ?? ""], "no certificate in PEM"],
    ["a certificate for key", () => [...shown.slice(0, 3), shown[1] ?? ""], "no private key"],
    [
      "a damaged certificate",
      async () => [
        "--cert",
        await file("bad.pem", ada.cert.replace(/\n[^-]+\n/, "\nAAAA\n")),
        ...shown.slice(2),
      ],
      "is damaged",
    ],
    [
      "a damaged key",
      async () => [
        ...shown.slice(0, 3),
        await file("bad.key", ada.key.replace(/\n[^-]+\n/, "\nAA\n")),
      ],
      "holds a damaged private key",
    ],
    [
      "another's key",
      async () => [...shown.slice(0, 3), await file("other.key", other.key)],
      "is not the one of the certificate",
    ],
  ])("%s", async (_, args, words) => {
    const { status, stdout, stderr } = await runProgram([...(await args()), team.url]);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("PRIVATE KEY");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  it("is a certificate, or an authority, without TLS", async () => {
    for (const [args, option] of [
      [shown, "--cert"],
      [trust, "--cacert"],
    ] as const) {
      const { status, stderr } = await runProgram([...args, team.url.replace("wss:", "ws:")]);
      expect(stderr).toContain(`${option} needs TLS`);
      expect(stderr).toContain("write wss://");
      expect(status).toBe(2);
    }
  });
});

describe("a server's certificate that nobody vouches for", () => {
  it("is not accepted, and the message names the ways to trust it", async () => {
    for (const args of [[], shown, ["--cacert", await file("wrong.pem", authority.cert)]]) {
      const { status, stderr } = await runProgram([...args, team.url], {
        env: { WSECHO_USER: "ada", WSECHO_PASSWORD: password },
      });
      expect(stderr).toMatch(/^TLS with .* failed: .*--cacert FILE.*NODE_EXTRA_CA_CERTS=FILE/);
      expect(status).toBe(4);
    }
    const env = { NODE_EXTRA_CA_CERTS: trust[1] ?? "" };
    expect((await runProgram([...shown, team.url], { env })).status).toBe(0);
  });

  it("for another name says so", async () => {
    const url = team.url.replace("127.0.0.1", "localhost");
    const { status, stderr } = await runProgram([...trust, ...shown, url]);
    expect(stderr).toContain("The server's certificate is for other names");
    expect(status).toBe(4);
  });

  it("is passed over with --insecure, which is said aloud even to the quiet", async () => {
    const args = ["-q", "-k", ...shown, team.url];
    const { status, stdout, stderr } = await runProgram(args, { input: "hello\n" });
    expect(stderr).toMatch(/^WARNING: with --insecure nobody checks who the server is/);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
  });
});

describe("a TLS server that itself demands a certificate", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)("says what it wants, in %s", async (maxVersion) => {
    const { cert, key } = own;
    const options = { cert, key, ca: authority.cert, requestCert: true, maxVersion };
    const server = createTlsServer(options, (socket) => socket.destroy());
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    try {
      await once(server, "listening");
      const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const env = { WSECHO_USER: "ada", WSECHO_PASSWORD: password };
      const without = await runProgram([...trust, url], { env });
      expect(without.stderr).toContain("wants a client certificate: --cert FILE --key FILE.");
      expect(without.status).toBe(4);
      const wrong = await runProgram([...trust, ...(await pair("wrong", other)), url]);
      // Node hangs up on a certificate that it does not trust, without an alert.
      expect(wrong.stderr).toContain("It may not take the certificate of --cert");
      expect(wrong.status).toBe(3);
    } finally {
      server.close();
    }
  });

  // RFC 8446 section 6
  it.each([
    ["bad_certificate", 42],
    ["unsupported_certificate", 43],
    ["certificate_revoked", 44],
    ["certificate_expired", 45],
    ["certificate_unknown", 46],
    ["unknown_ca", 48],
    ["access_denied", 49],
  ])("by the alert %s says what it does not like", async (_, description) => {
    await using server = await startTcpServer((socket) => {
      socket.once("data", () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, description])));
    });
    const all = [...trust, ...shown, server.url.replace("ws:", "wss:")];
    const { status, stderr } = await runProgram(all);
    expect(stderr).toContain("The server does not take the certificate of --cert");
    expect(stderr).toMatch(/alert/);
    expect(status).toBe(4);
  });
});
