import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
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

  it("loads no more than it needs", async () => {
    const loaded = async (arg: string): Promise<readonly string[]> => {
      const env = cleanEnvironment({ NODE_DEBUG: "esm,module" });
      const { stderr } = await run(process.execPath, [main, arg], { env });
      return ["wsecho.cjs", "run.js", "connect-"].filter((file) => stderr.includes(`dist/${file}`));
    };
    expect(await loaded("--version")).toEqual(["wsecho.cjs"]);
    expect(await loaded("--help")).toEqual(["wsecho.cjs", "run.js"]);
  });
});
