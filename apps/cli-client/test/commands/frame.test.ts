import { describe, expect, it } from "vitest";
import { runProgram } from "../support/program.ts";
import { startBareServer, startServer } from "../support/servers.ts";

/** Echoes; whoever breaks a rule is closed by `ws`. */
const startEcho = () =>
  startBareServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, binary) => socket.send(data, { binary }));
  });

describe("wsecho frame", () => {
  it("sends frames as they are written, and shows them with what comes", async () => {
    await using server = await startEcho();
    const frames = ["text,fin=0,mask=37fa213d:Hel", "ping:between", "cont:lo"];
    const args = ["--no-fold", "--reveal", "--linger", "0.3", server.url, ...frames];
    const { status, stdout } = await runProgram(["frame", ...args]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/c ▶ s {2}0 {3}TEXT {8}3 {2}Hel .*msg 1 part 1/);
    expect(stdout).toMatch(/c ▶ s {2}1 {3}PING {8}7 {2}between/);
    expect(stdout).toMatch(/c ▶ s {2}1 {3}CONT {8}2 {2}lo .*msg 1 part 2/);
    expect(stdout).toMatch(/c ◀ s {2}1 {3}PONG {8}7 {2}between/);
    expect(stdout).toMatch(/c ◀ s {2}1 {3}TEXT {8}5 {2}Hello/);
  });

  it.each([
    ["1002", ["text,mask=0:hi"], "a client must mask every frame"],
    ["1002", ["text,rsv=4:hi"], "a reserved bit is set"],
    ["1002", ["0xb:"], "reserved"],
    ["1002", ["text,fin=0:a", "ping,fin=0:x"], "fragment"],
    ["1007", ["text,hex:c328"], "not UTF-8"],
    ["1002", ["bytes:ffff", "wait:3600"], "closed"],
  ])("ends with 0 where the server closes with %s as expected: %j", async (code, frames, rule) => {
    await using server = await startEcho();
    const args = ["frame", "--expect-close", code, server.url, ...frames];
    const { status, stdout, stderr } = await runProgram(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: `Connected to ${server.url}.\n` });
    expect(stdout).toMatch(new RegExp(`c ◀ s {2}1 {3}CLOSE {7}2 {2}${code}`));
    if (rule !== "closed") expect(stdout).toContain(rule);
  });

  it("ends with 10 where the server closes otherwise, or not at all", async () => {
    await using server = await startEcho();
    const other = await runProgram(["frame", "--expect-close", "1002", server.url, "text,hex:ff"]);
    expect(other.status).toBe(10);
    expect(other.stderr).toContain("The server closed with 1007");
    expect(other.stderr).toContain("It was expected to close with 1002.");
    const wants = ["--expect-close", "1002", "-W", "0.3"];
    const never = await runProgram(["frame", ...wants, server.url, "text:hi"]);
    expect(never.status).toBe(10);
    expect(never.stderr).toContain("It was expected to close with 1002, and did not.");
    const unasked = await runProgram(["frame", server.url, "text,hex:ff"]);
    expect(unasked.status).toBe(9);
  });

  it("sends nothing behind a close frame of its own", async () => {
    await using server = await startEcho();
    const { status, stdout } = await runProgram(["frame", server.url, "close:4001 bye"]);
    expect(stdout.match(/c ▶ s .*CLOSE/g)).toHaveLength(1);
    expect(stdout).toMatch(/c ◀ s .*CLOSE .*4001/);
    expect(status).toBe(9);
  });

  it("goes with a login at the handshake to our own server, which minds the rules", async () => {
    await using server = await startServer();
    const args = ["--auth", "admin:123456", `${server.url}/echo`];
    const { status, stdout } = await runProgram([
      ...["frame", "--expect-close", "1002", ...args, "text:hi", "text,mask=0:x"],
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/c ◀ s {2}1 {3}TEXT {8}2 {2}/);
  });

  it("connects to nothing where a frame is none", async () => {
    expect(await runProgram(["frame", "ws://127.0.0.1:1", "text:a", "shout:b"])).toEqual({
      status: 2,
      stdout: "",
      stderr:
        "Not connected: shout:b: an opcode is cont, text, binary, close, ping, pong, or 0 to 15.\n",
    });
  });
});
