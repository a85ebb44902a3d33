import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanEnvironment } from "./support/program.ts";
import {
  startBareServer,
  startSecureEcho,
  startServer,
  startWebServer,
} from "./support/servers.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

describe("the built program", () => {
  let directory: string;
  let main: string;

  beforeAll(async () => {
    // Far from any node_modules, as if nothing but the package's own files were installed.
    directory = await mkdtemp(join(tmpdir(), "wsecho-"));
    await cp(join(root, "package.json"), join(directory, "package.json"));
    const tsup = join(root, "../../node_modules/tsup/dist/cli-default.js");
    await run(process.execPath, [tsup, "--out-dir", join(directory, "dist"), "--silent"], {
      cwd: root,
    });
    main = join(directory, "dist/wsecho.cjs");
  });
  afterAll(() => rm(directory, { recursive: true }));

  it("says its version", async () => {
    const { stdout } = await run(process.execPath, [main, "--version"], { cwd: directory });
    expect(stdout).toBe("0.1.0\n");
  });

  it.skipIf(process.platform === "win32")("is a program of its own", async () => {
    const { stdout } = await run(main, ["--help"], { env: cleanEnvironment() });
    expect(stdout).toContain("Usage: wsecho");
  });

  it("makes certificates and reads rules, whose libraries are in it", async () => {
    const rules = join(directory, "rules.json");
    await writeFile(rules, '{"rules": [{"match": "op:ping", "action": "drop"}]}');
    const args = ["proxy", "--listen", "0", "--rules", rules, "--ca", join(directory, "ca")];
    const running = run(process.execPath, [main, ...args], { cwd: directory });
    running.child.stdin?.end("rules\nquit\n");
    const { stderr } = await running;
    expect(stderr).toContain("clients have to trust");
    expect(stderr).toContain('"op:ping"');
  });

  it("logs in and echoes", async () => {
    await using server = await startServer();
    const env = cleanEnvironment({ WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" });
    const running = run(process.execPath, [main, "-q", server.url], { env, cwd: directory });
    running.child.stdin?.end("hello\n");
    expect(await running).toEqual({ stdout: "hello\n", stderr: "" });
  });

  it("speaks TLS and compresses, though what that needs is loaded late", async () => {
    await using secure = await startSecureEcho();
    await using compressing = await startBareServer(
      (socket) =>
        socket.on("message", (data) =>
          socket.send(`${socket.extensions} ${(data as Buffer).toString()}`),
        ),
      { perMessageDeflate: { threshold: 0 } },
    );
    const echo = async (...args: readonly string[]): Promise<string> =>
      (
        await run(process.execPath, [main, "-q", "-1", "-x", "hi", ...args], {
          env: cleanEnvironment(),
        })
      ).stdout;
    expect(await echo("-k", secure.url)).toBe("hi\n");
    expect(await echo("--compress", compressing.url)).toBe("permessage-deflate hi\n");
  });

  it("reads a refusal, though http is loaded late", async () => {
    await using server = await startWebServer((_, response) => {
      response.writeHead(418).end("no coffee here");
    });
    const env = cleanEnvironment();
    await expect(
      run(process.execPath, [main, "-x", "hi", server.url], { env }),
    ).rejects.toMatchObject({
      code: 5,
      stderr: expect.stringContaining("HTTP 418 I'm a Teapot. It says: no coffee here.") as string,
    });
  });

  it("is plain ASCII, which is how it is read", async () => {
    expect(await readFile(join(directory, "dist/run.cjs"), "utf8")).toMatch(/^[\0-\x7f]+$/);
  });

  describe("keeps compiled code", () => {
    const start = async (cache: string, ...args: readonly string[]): Promise<string> => {
      // What the tests set for all they start would go before.
      const { NODE_COMPILE_CACHE: _, ...env } = cleanEnvironment({ XDG_CACHE_HOME: cache });
      const { stdout, stderr } = await run(process.execPath, [main, ...args], { env });
      expect(stderr).toBe("");
      return stdout;
    };
    const explain = ["explain", "81", "00"];

    it("of each command in a folder of the user's own, where nobody else reads or writes", async () => {
      const cache = join(directory, "cache");
      await start(cache, "--help");
      await start(cache, ...explain);
      await start(cache, ...explain);
      const folder = join(cache, "wsecho");
      expect(await readdir(folder)).toEqual(["connect.code", "explain.code"]);
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, "explain.code"))).mode & 0o777).toBe(0o600);
    });

    it("and runs none that is broken, of another build, or that others can write", async () => {
      const cache = join(directory, "other");
      const file = join(cache, "wsecho", "explain.code");
      const text = await start(cache, ...explain);
      const good = await readFile(file);
      const ofAnother = Buffer.from(good);
      ofAnother.write("9.9.9", good.length - 64, "latin1");
      for (const bad of [Buffer.from("no code"), good.subarray(1000), ofAnother]) {
        await writeFile(file, bad);
        expect(await start(cache, ...explain)).toBe(text);
        expect((await readFile(file)).equals(bad)).toBe(false);
      }
      await chmod(file, 0o666);
      expect(await start(cache, ...explain)).toBe(text);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });

    it("nowhere where none can be kept", async () => {
      expect(await start("/dev/null", ...explain)).toContain("text");
    });
  });

  it("loads no more than it needs", async () => {
    // Each of Node's own modules that one run of the program has loaded, and the files it has read.
    const listing = join(directory, "listing.cjs");
    await writeFile(
      listing,
      `const fs = require("node:fs");
      const { readFileSync } = fs;
      const read = [];
      fs.readFileSync = (path, ...rest) => (read.push(path), readFileSync(path, ...rest));
      process.on("exit", () => process.stderr.write(
        [...process.moduleLoadList, ...Object.keys(require.cache), ...read].join("\\n")));`,
    );
    const loaded = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { stderr } = await run(process.execPath, ["--require", listing, main, ...args], {
        env: cleanEnvironment(),
      });
      const rare = ["crypto", "http", "https", "perf_hooks", "readline", "tls", "zlib"];
      const wanted = ["run.cjs", "selfsigned.cjs", ...rare];
      const lines = stderr.split("\n").map((line) => line.replace(/^NativeModule |^.*dist\//, ""));
      return wanted.filter((name) => lines.includes(name));
    };
    expect(await loaded("--version")).toEqual([]);
    expect(await loaded("--help")).toEqual(["run.cjs"]);
    await using server = await startServer();
    const echo = await loaded("-q", "--dialect", "none", "--eof-wait", "0", "-x", "hi", server.url);
    expect(echo).toEqual(["run.cjs"]);
  });
});
