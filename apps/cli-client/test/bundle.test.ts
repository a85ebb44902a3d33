import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanEnvironment } from "./support/program.ts";
import { startServer } from "./support/servers.ts";

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

  it("keeps compiled code in a folder of the user's own", async () => {
    const cache = join(directory, "cache");
    // What the tests set for all they start would go before.
    const { NODE_COMPILE_CACHE: _, ...env } = cleanEnvironment({ XDG_CACHE_HOME: cache });
    await run(process.execPath, [main, "--help"], { env });
    expect(await readdir(join(cache, "wsecho"))).toHaveLength(1);
  });

  it("loads no more than it needs", async () => {
    // Each of Node's own modules that one run of the program has loaded, and its own files.
    const listing = join(directory, "listing.cjs");
    await writeFile(
      listing,
      `process.on("exit", () => process.stderr.write(
        [...process.moduleLoadList, ...Object.keys(require.cache)].join("\\n")));`,
    );
    const loaded = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { stderr } = await run(process.execPath, ["--require", listing, main, ...args], {
        env: cleanEnvironment(),
      });
      const wanted = ["run.cjs", "http", "tls", "readline", "zlib"];
      const lines = stderr.split("\n").map((line) => line.replace(/^NativeModule |^.*dist\//, ""));
      return wanted.filter((name) => lines.includes(name));
    };
    expect(await loaded("--version")).toEqual([]);
    expect(await loaded("--help")).toEqual(["run.cjs"]);
    await using server = await startServer();
    const echo = await loaded("-q", "--dialect", "none", "--eof-wait", "0", "-x", "hi", server.url);
    expect(echo).toEqual(["run.cjs", "http", "tls", "zlib"]);
  });
});
