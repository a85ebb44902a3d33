import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../support/program.ts";
import { closedPort, startBareServer, startServer } from "../support/servers.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wsecho-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** Gives an id, chatters, answers a question about that id, and closes when it is told to. */
const startTalker = () =>
  startBareServer((socket) => {
    const id = "a.b";
    socket.on("message", (data: Buffer, isBinary) => {
      const text = data.toString();
      if (isBinary) socket.send(data, { binary: true });
      else if (text === "login")
        for (const each of ["tick 1", `id=${id}`, "tick 2"]) socket.send(each);
      else if (text === `get ${id}`) for (const each of ["tick 3", `got ${id}`]) socket.send(each);
      else if (text === "leave") socket.close(4001, "bye");
      else socket.send("what <&\x1b[2J?");
    });
  });

const run = (url: string, source: string, ...args: readonly string[]) =>
  runProgram(["test", ...args, url, "-"], { input: source });

describe("wsecho test", () => {
  it("passes over what does not match, captures, and tells TAP", async () => {
    await using server = await startTalker();
    const source = [
      ...["# a talk", "send login", "capture id ^id=(.+)$", "send get ${id}", "expect ^got ${id}$"],
      ...["binary 00 ff", "expect ^00ff$", "send leave", "expect-close 4001"],
    ].join("\n");
    expect(await run(server.url, source)).toEqual({
      status: 0,
      stdout: [
        ...["TAP version 14", "1..8", "ok 1 - line 2: send login"],
        ...["ok 2 - line 3: capture id ^id=(.+)$", "ok 3 - line 4: send get ${id}"],
        ...["ok 4 - line 5: expect ^got ${id}$", "ok 5 - line 6: binary 00 ff"],
        ...["ok 6 - line 7: expect ^00ff$", "ok 7 - line 8: send leave"],
        ...["ok 8 - line 9: expect-close 4001", ""],
      ].join("\n"),
      stderr: `Connected to ${server.url}.\n`,
    });
  });

  it("ends with 10 at a step that fails, skips the others, and writes JUnit", async () => {
    await using server = await startTalker();
    const report = join(directory, "report.xml");
    const script = join(directory, "talk.wse");
    await writeFile(script, "send who?\nexpect 1s ^nobody$\nsend more\n");
    const result = await runProgram(["test", "-q", "--junit", report, server.url, script]);
    expect(result.status).toBe(10);
    expect(result.stdout).toBe(
      "TAP version 14\n1..3\nok 1 - line 1: send who?\nnot ok 2 - line 2: expect 1s ^nobody$\n" +
        '  ---\n  message: "1 s passed; 1 did not match: what <&␛[2J?"\n  ...\n' +
        "ok 3 - line 3: send more # SKIP an earlier step failed\n",
    );
    expect(result.stderr).toBe("Line 2 failed: expect 1s ^nobody$.\n");
    const xml = await readFile(report, "utf8");
    expect(xml).toContain('tests="3" failures="1" skipped="1"');
    expect(xml).toContain('<failure message="1 s passed; 1 did not match: what &lt;&amp;␛[2J?"/>');
    expect(xml).toContain("<skipped/>");
  });

  it("ends with 10 where the server closes too soon, otherwise, or not", async () => {
    await using server = await startTalker();
    const soon = await run(server.url, "send leave\nexpect never");
    expect(soon.status).toBe(10);
    expect(soon.stdout).toContain("the connection ended (close 4001); no message came");
    const other = await run(server.url, "send leave\nexpect-close 1000");
    expect([other.status, other.stdout]).toEqual([10, expect.stringContaining("closed with 4001")]);
    const never = await run(server.url, "timeout 0.2\nexpect-close");
    expect([never.status, never.stdout]).toEqual([10, expect.stringContaining("it is still open")]);
  });

  it("logs in to our own server, and says goodbye as the script does", async () => {
    await using server = await startServer();
    const file = join(directory, "password");
    await writeFile(file, "123456\n", { mode: 0o600 });
    const login = ["-q", "-u", "admin", "--password-file", file];
    const result = await run(server.url, "send hello\nexpect ^hello$\nclose 1000 bye", ...login);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toContain("ok 3 - line 3: close 1000 bye\n");
  });

  it("without a connection bails out with that status; a wrong script connects to nothing", async () => {
    const url = `ws://127.0.0.1:${await closedPort()}`;
    const absent = await run(url, "send a");
    expect(absent.status).toBe(3);
    expect(absent.stdout).toContain("Bail out!");
    const wrong = await run(url, "send a\nshout");
    expect(wrong).toMatchObject({ status: 2, stdout: "" });
    expect(wrong.stderr).toContain("the input: line 2: there is no step shout");
  });
});
