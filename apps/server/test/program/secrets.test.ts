import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { soon } from "../support/soon.ts";

const warning = /WARNING: the password in --database can be read by others/;
const secret = "geheim-4711";

describe("a password in --database", () => {
  test.each([
    ["the server", [], `postgres://ada:${secret}@127.0.0.1:1/db`],
    ["the server", [], `postgres://ada@127.0.0.1:1/db?password=${secret}`],
    ["a command", ["users", "list"], `postgresql://ada:${secret}@127.0.0.1:1/db`],
  ])("is warned of by %s", async (_, args, url) => {
    const program = runProgram([...args, "--database", url]);
    await program.ended;
    expect(program.stderr()).toMatch(warning);
    expect(program.stderr()).toContain("WSECHO_DATABASE");
    expect(program.stdout() + program.stderr()).not.toContain(secret);
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ["in the environment", [], { WSECHO_DATABASE: `postgres://ada:${secret}@127.0.0.1:1/db` }],
    ["nowhere", ["--database", "postgres://ada@127.0.0.1:1/db"], {}],
  ])("is not warned of where it is %s", async (_, args, env) => {
    const program = runProgram(args, env);
    await program.ended;
    expect(program.stderr()).not.toMatch(warning);
  });

  test.runIf(process.platform === "linux")("leaves the process list", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const url = `postgres://ada:${secret}@127.0.0.1:${port}/db`;
    const { child, stderr } = runProgram(["--database", url]);
    const commandLine = (): string => readFileSync(`/proc/${child.pid ?? 0}/cmdline`, "utf8");
    expect(commandLine()).toContain(secret);
    await expect.poll(stderr, soon).toMatch(warning);
    expect(commandLine()).not.toContain(secret);
  });
});
