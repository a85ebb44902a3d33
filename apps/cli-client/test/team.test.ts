import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "@wsecho/server";
import { startTeam, type Team } from "@wsecho/testkit/team";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram, startProgram } from "./support/program.ts";

const password = "PASSWORD-MARK";
const byPassword = { WSECHO_USER: "ada", WSECHO_PASSWORD: password };

let team: Team;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wsecho-cli-"));
  team = await startTeam({ users: { ada: password, bob: password, eve: password, kim: password } });
}, 60_000);
afterAll(async () => {
  await team[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A file that nobody else can read, unless `mode` says so. */
async function secretFile(name: string, secret: string, mode = 0o600): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${secret}\n`);
  await chmod(path, mode);
  return path;
}

/** When a token ends; ms since 1970. */
function endOf(token: string): number {
  const [, claims = ""] = token.split(".");
  return (JSON.parse(Buffer.from(claims, "base64url").toString()) as { exp: number }).exp * 1000;
}

describe("a token", () => {
  it("logs in from a file, the environment or the first line of the input", async () => {
    const token = await team.tokenFor("ada");
    const file = await secretFile("token", token);
    for (const [args, env, input] of [
      [["--token-file", file], {}, "hello\n"],
      [[], { WSECHO_TOKEN: token }, "hello\n"],
      // Named before: for people who have both in their environment.
      [[], { WSECHO_TOKEN: token, WSECHO_USER: "bob", WSECHO_PASSWORD: "x" }, "hello\n"],
      [["--token-file", "-"], {}, `${token}\nhello\n`],
    ] as const) {
      const { status, stdout, stderr } = await runProgram([...args, team.url], { env, input });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
      expect(stderr).toBe(`Connected to ${team.url} as ada (v1).\n`);
    }
  });

  it("is not used where somebody names another user", async () => {
    const env = { ...byPassword, WSECHO_TOKEN: await team.tokenFor("ada") };
    const { status, stderr } = await runProgram(["-u", "bob", team.url], { env });
    expect(status).toBe(0);
    expect(stderr).toContain("as bob");
  });

  it("goes with the handshake in the plain dialect", async () => {
    const env = { WSECHO_TOKEN: await team.tokenFor("ada") };
    const args = ["-q", "--dialect", "plain", team.url];
    const { status, stdout } = await runProgram(args, { env, input: "hello\n" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "your submit context: hello\n" });
    const far = await runProgram(["--dialect", "plain", "ws://example.invalid"], { env });
    expect(far.status).toBe(2);
    expect(far.stderr).toContain("--allow-insecure-password");
    const wrong = await runProgram(args, { env: { WSECHO_TOKEN: "none" } });
    expect(wrong.status).toBe(6);
    expect(wrong.stderr).toContain("HTTP 401");
    expect(wrong.stderr).toContain("wsecho-server tokens issue NAME");
  });

  it("in the arguments is refused with what to use instead, and never repeated", async () => {
    const { status, stderr } = await runProgram(["--token", "TOKEN-MARK", team.url]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/--token-file FILE, or the variable WSECHO_TOKEN/);
    expect(stderr).not.toContain("MARK");
  });

  it.each([
    [["--token-file", "t", "-u", "ada"], "a token names its user"],
    [["--token-file", "t", "--password-file", "p"], "cannot be used with"],
    [["--token-file", "/nowhere/token"], "--token-file: /nowhere/token cannot be read (ENOENT)"],
  ])("with %j is wrong usage", async (args, words) => {
    const { status, stderr } = await runProgram([...args, ":1"]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  it("that has expired, and one whose key was retired, say so", async () => {
    // Its own, where no bad token was counted before.
    await using own = await startTeam({ users: { ada: password } });
    const short = await own.tokenFor("ada", "1s");
    const old = await own.tokenFor("ada");
    const [line = ""] = (await own.command("tokens keys")).split("\n").slice(1);
    await own.command("tokens rotate");
    await own.command(`tokens retire ${line.split(/\s/)[0] ?? ""}`);
    await expect.poll(() => Date.now() >= endOf(short), { timeout: 5000 }).toBe(true);
    for (const [token, words] of [
      [short, /The token expired at 20\S+Z\. Get a new one: wsecho-server tokens issue NAME/],
      [old, /its key was retired/],
    ] as const) {
      const result = await runProgram([own.url], { env: { WSECHO_TOKEN: token } });
      expect(result.stderr).toMatch(words);
      expect(result.stderr).not.toContain(token);
      expect(result.status).toBe(6);
    }
  });

  it("is read from its file again for a renewal, and its end is told where there is no newer", async () => {
    const later = await team.tokenFor("kim", "9s");
    const file = await secretFile("renewed", await team.tokenFor("kim", "5s"));
    const program = startProgram(["--token-file", file, team.url]);
    program.child.stdin.write("one\n");
    await program.printed("one\n");
    await writeFile(file, `${later}\n`);
    const { status, stderr } = await program.result;
    // Until the end of the second one, and not of the first.
    expect(Date.now()).toBeGreaterThanOrEqual(endOf(later) - 100);
    expect(stderr).toContain("4401 (session expired)");
    expect(stderr).toContain("The token expired at");
    expect(status).toBe(6);
  });
});

describe("a secret's file that others can read", () => {
  it("is used with a warning, and one for its owner alone without", async () => {
    const token = await team.tokenFor("ada");
    for (const [option, secret] of [
      ["--token-file", token],
      ["--password-file", password],
    ] as const) {
      const user = option === "--token-file" ? [] : ["-u", "ada"];
      const open = await secretFile("open", secret, 0o644);
      const warned = await runProgram([...user, option, open, team.url]);
      expect(warned.stderr).toContain(`Others on this machine may read ${open}. Better: chmod 600`);
      expect(warned.status).toBe(0);
      const closed = await secretFile("closed", secret);
      const silent = await runProgram([...user, option, closed, team.url]);
      expect(silent.stderr).toBe(`Connected to ${team.url} as ada (v1).\n`);
    }
  });
});

describe("a login that comes to nothing says what to do", () => {
  it("refused, then throttled with the time to wait", async () => {
    const env = { WSECHO_USER: "eve", WSECHO_PASSWORD: "wrong" };
    const first = await runProgram([team.url], { env });
    expect(first.stderr).toMatch(
      /^The login was refused \(\d more would have been allowed\)\. Check/,
    );
    expect(first.stderr).toContain("wsecho-server users list");
    expect(first.status).toBe(6);
    // The third failure makes the next wait a second, which the start of a program may take; but
    // each further one makes it twice as long.
    let waits = first;
    for (let i = 0; i < 8 && !waits.stderr.includes("too many failed ones"); i++)
      waits = await runProgram([team.url], { env });
    expect(waits.stderr).toMatch(
      /^The login was refused: too many failed ones\. Try again in \d+ s\./,
    );
    expect(waits.status).toBe(6);
  });

  it("revoked in the middle: disabled, or with a new password", async () => {
    for (const [line, input] of [
      ["users disable bob", ""],
      ["users passwd kim --password-stdin", "another"],
    ] as const) {
      const user = line.split(" ")[2] ?? "";
      const env = { WSECHO_USER: user, WSECHO_PASSWORD: password };
      const program = startProgram([team.url], env);
      await program.said("Connected");
      await team.command(line, input);
      const { status, stderr } = await program.result;
      expect(stderr).toContain("The server closed with 4403 (access revoked).");
      expect(stderr).toContain("disabled, removed or got a new password");
      expect(status).toBe(9);
    }
  });

  it("while the user store does not answer", async () => {
    const users = {
      iterations: 4096,
      find: () => Promise.reject(new Error("the store is away")),
    };
    const server = createServer({ port: 0, webRoot: null, users });
    const { url } = await server.listen();
    const { status, stderr } = await runProgram([url], { env: byPassword });
    expect(stderr).toContain("The server cannot check logins at the moment");
    expect(stderr).toContain("Try again in a moment.");
    expect(status).toBe(9);
    const env = { WSECHO_TOKEN: "any" };
    const plain = await runProgram(["--dialect", "plain", url], { env });
    expect(plain.stderr).toMatch(/refused/);
    await server.close();
  });

  it("without anybody to ask names every other way", async () => {
    const { stderr, status } = await runProgram([team.url]);
    expect(stderr).toMatch(
      /--user NAME .*--password-file FILE.*WSECHO_PASSWORD.*--token-file FILE/,
    );
    expect(status).toBe(6);
  });
});

describe("status 1: a bug in wsecho", () => {
  it("says that it is one, with where it happened", async () => {
    // Broken from outside, as no bug is known: what reads the URL fails.
    const broken = "URL.parse = () => { throw new Error('a bug, planted\\u001b[2J'); };";
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(broken)}`;
    const { status, stdout, stderr } = await runProgram([team.url], { env: { NODE_OPTIONS } });
    expect(stderr).toMatch(/^This is a bug in wsecho:\n\s*Error: a bug, planted/);
    expect(stderr).toContain("parseTarget");
    expect(stderr).not.toContain("\u001b");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });
});
