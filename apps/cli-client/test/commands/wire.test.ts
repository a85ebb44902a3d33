import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  acceptFor,
  createDecoder,
  createJsonlWriter,
  encodeHeader,
  mask,
  type Direction,
} from "@wsecho/wire";
import { runProgram, startProgram } from "../support/program.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const request = `GET /?token=abc HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
const answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`;

let drawn = 1;
function frame(text: string, dir: Direction, op = 1): Buffer {
  const plain = Buffer.from(text);
  drawn = (drawn * 48_271) % 2_147_483_647;
  const own = dir === "c2s" ? Buffer.from([drawn >> 24, drawn >> 16, drawn >> 8, drawn]) : null;
  const header = encodeHeader({ fin: 1, rsv: 0, op, masked: own !== null, len: plain.length });
  return Buffer.concat([header, own ?? Buffer.alloc(0), mask(plain, own)]);
}

/** A capture as a server would write it, with secrets. */
function capture(): string {
  const writer = createJsonlWriter({ reveal: true });
  let text = "";
  const decoder = createDecoder({ at: "server", emit: (record) => (text += writer.push(record)) });
  const said: readonly (readonly [Direction, Buffer | string])[] = [
    ["c2s", request],
    ["s2c", answer],
    ["c2s", frame("admin:hunter2", "c2s")],
    [
      "s2c",
      frame(
        "congratulation, you have connect with server\r\nnow, you can do something else",
        "s2c",
      ),
    ],
    ["s2c", frame("beat", "s2c", 9)],
    ["c2s", frame("beat", "c2s", 10)],
    ["c2s", frame("\u001b[2Jhello", "c2s")],
  ];
  said.forEach(([dir, bytes], i) =>
    decoder.push(dir, Buffer.from(bytes), 1_795_327_200_000_000 + i * 1000),
  );
  return text + writer.end();
}

let folder: string;
let jsonl: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-cli-"));
  jsonl = join(folder, "capture.jsonl");
  writeFileSync(jsonl, capture());
});
afterAll(() => rmSync(folder, { recursive: true }));

it("explains bytes given by hand, and from a pipe", async () => {
  const words = "81 85 37 fa 21 3d 7f 9f 4d 51 58";
  const { status, stdout } = await runProgram(["explain", ...words.split(" ")]);
  expect(status).toBe(0);
  expect(stdout).toContain('7f 9f 4d 51 58             on the wire     "..MQX"');
  expect(stdout).toContain('48 65 6c 6c 6f             payload         "Hello"');
  expect((await runProgram(["explain"], { input: words })).stdout).toBe(stdout);
});

it("takes four digits for a close code, and says how to have them as bytes", async () => {
  const { status, stdout, stderr } = await runProgram(["explain", "4408"]);
  expect(status).toBe(0);
  expect(stdout).toContain("4408 is a close code (RFC 6455 section 7.4)");
  expect(stdout).toContain("login took too long");
  expect(stdout).toContain("idle for too long");
  expect(stderr).toBe("As bytes: wsecho explain 44 08\n");
  expect((await runProgram(["explain", "44", "08"])).stdout).toContain("── connection 1");
  expect((await runProgram(["explain", "0x4408"])).stdout).toContain("── connection 1");
});

it.each([
  ["1006", "broke without a close", "never in a close frame"],
  ["1000", "normal close", "exit status of wsecho: 0"],
  ["1004", "no meaning yet", "for RFC 6455 and its extensions"],
  ["3000", "no meaning yet", "registered with IANA"],
  ["4403", "access revoked", "6 before a login, else 9"],
])("%s is %s", async (code, meaning, more) => {
  const { stdout } = await runProgram(["explain", code]);
  expect(stdout).toContain(meaning);
  expect(stdout).toContain(more);
});

it("says what are no bytes", async () => {
  expect(await runProgram(["explain", "81", "hello"])).toEqual({
    status: 2,
    stdout: "",
    stderr: "line 1: not hex digits; give bytes like 81 85 37 fa\n",
  });
});

it("shows a capture without its secrets and without what acts on a terminal", async () => {
  const { status, stdout, stderr } = await runProgram(["decode", jsonl]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("connection 1, seen at the server");
  expect(stdout).toContain("admin:*******");
  expect(stdout).toContain("2 heartbeats");
  expect(stdout).toContain("\\u{1b}[2Jhello");
  for (const word of ["hunter2", "token=abc", "\u001b"]) expect(stdout).not.toContain(word);
  const revealed = await runProgram(["decode", "--reveal", "--no-fold", jsonl]);
  expect(revealed.stdout).toContain("admin:hunter2");
  expect(revealed.stdout).toContain("PONG");
});

it("filters, and shows where a filter is wrong", async () => {
  const { stdout } = await runProgram([
    "decode",
    "--filter",
    "websocket.opcode == 9",
    "--no-fold",
    jsonl,
  ]);
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringContaining("connection 1"),
    expect.stringContaining("payload"),
    expect.stringContaining("PING"),
  ]);
  const wrong = await runProgram(["decode", "-f", "op:ping len>x", jsonl]);
  expect(wrong).toMatchObject({ status: 2, stdout: "" });
  expect(wrong.stderr).toBe(
    '--filter: "x" is not a number, as in len>1k\n  op:ping len>x\n              ^\n',
  );
});

it.each(["pcapng", "har", "jsonl"])("converts to %s and reads that back", async (format) => {
  const file = join(folder, `out.${format}`);
  expect(await runProgram(["convert", jsonl, file])).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(readFileSync(file).includes("hunter2")).toBe(false);
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  const there = await runProgram(["convert", jsonl, file]);
  expect(there).toMatchObject({
    status: 2,
    stderr: `${file} is there already: take another name, or --force\n`,
  });
  const rows = (text: string): string => text.replace(/seen at.*/, "");
  const decoded = await runProgram(["decode", file]);
  expect(decoded.stderr).toBe("");
  const untouched = await runProgram(["decode", jsonl]);
  expect(rows(decoded.stdout)).toEqual(rows(untouched.stdout));
});

it("reads the input while it grows", async () => {
  const program = startProgram(["decode", "-"]);
  const lines = capture().split("\n");
  program.child.stdin.write(`${lines.slice(0, 5).join("\n")}\n`);
  await program.printed("admin:");
  program.child.stdin.end(lines.slice(5).join("\n"));
  const { status, stdout } = await program.result;
  expect(status).toBe(0);
  expect(stdout).toContain("hello");
});

it("converts in a pipe, and says what it needs to know", async () => {
  const { status, stdout } = await runProgram(["convert", "-", "-", "--to", "har"], {
    input: capture(),
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ log: { _wsechoReveal: false } });
  const unclear = await runProgram(["convert", jsonl, join(folder, "capture.txt")]);
  expect(unclear.status).toBe(2);
  expect(unclear.stderr).toContain("--to jsonl, pcapng or har");
  expect(existsSync(join(folder, "capture.txt"))).toBe(false);
});

it("says what cannot be read, and ends with 2", async () => {
  const missing = await runProgram(["decode", join(folder, "missing")]);
  expect(missing).toMatchObject({
    status: 2,
    stderr: `${join(folder, "missing")}: it cannot be read (ENOENT)\n`,
  });
  expect(await runProgram(["decode", "-"], { input: "nonsense" })).toEqual({
    status: 2,
    stdout: "",
    stderr: "the input: not a capture: known are JSON Lines of wsecho, HAR, pcapng and pcap\n",
  });
});
