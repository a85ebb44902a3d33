import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDecoder,
  createHarWriter,
  createJsonlWriter,
  createPcapngWriter,
  type WireRecord,
} from "@wsecho/wire";
import { findNeedles } from "@wsecho/testkit/needles";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { runProgram } from "../support/program.ts";
import { startBareServer } from "../support/servers.ts";
import { harmless, plantTalks, type Planted } from "./planted.ts";
import { readings } from "./readings.ts";

let folder: string;
let planted: Planted;

/** All talks as a capture that hides nothing, in each format. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-leaks-"));
  planted = await plantTalks();
  const records: WireRecord[] = [];
  for (const [i, { steps }] of planted.talks.entries()) {
    const decoder = createDecoder({ conn: i + 1, emit: (record) => records.push(record) });
    const pieces = steps.flatMap(([dir, ...parts]) => parts.map((part) => ({ dir, part })));
    for (const [n, { dir, part }] of pieces.entries()) decoder.push(dir, part, n * 1000);
    decoder.end(pieces.length * 1000);
  }
  const options = { reveal: true };
  for (const [name, writer] of [
    ["all.jsonl", createJsonlWriter(options)],
    ["all.pcapng", createPcapngWriter(options)],
    ["all.har", createHarWriter(options)],
  ] as const) {
    const pieces = [...records.map((record) => writer.push(record)), writer.end()];
    writeFileSync(join(folder, name), Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command put out, wherever. */
async function outputOf(args: readonly string[]): Promise<Buffer> {
  const out = join(folder, `out-${args.join("-").replaceAll(/[^\w.]+/g, "")}`);
  const command = args.map((arg) => arg.replace("OUT", out).replace(/^all/, join(folder, "all")));
  const { status, stdout, stderr } = await runProgram(command);
  expect([status, stderr]).toEqual([0, ""]);
  const file = command.find((arg) => arg.startsWith(out));
  return readings(file === undefined ? Buffer.from(stdout) : readFileSync(file));
}

test.each([
  ["decode", "all.jsonl"],
  ["decode", "-b", "all.pcapng"],
  ["decode", "--json", "all.har"],
  ["convert", "all.pcapng", "OUT.jsonl"],
  ["convert", "all.har", "OUT.pcapng"],
  ["convert", "all.jsonl", "OUT.har"],
])("no secret is in the output of %s %s %s", async (...args) => {
  const output = await outputOf(args);
  expect(output.toString()).toContain(harmless);
  expect(findNeedles(output, planted.needles)).toEqual([]);
});

/** Replays a connection to a server that does what `onConnection` says; all that it prints. */
async function replay(conn: number, onConnection: (socket: WebSocket) => void): Promise<string> {
  await using server = await startBareServer(onConnection);
  const capture = join(folder, "all.jsonl");
  const args = ["replay", "--timing", "--conn", String(conn), capture, server.url];
  const { stdout, stderr } = await runProgram(args);
  expect(stderr).toContain(`of connection ${conn} to`);
  return readings(Buffer.from(stdout + stderr)).toString();
}

test.each([1, 4])("no secret of connection %i is in what its replay says of it", async (conn) => {
  const output = await replay(conn, (socket) => {
    socket.send(harmless);
    socket.close();
  });
  expect(output).toContain(harmless);
  expect(findNeedles(output, planted.needles)).toEqual([]);
});

test.each([2, 3, 5])(
  "nor of connection %i where the server says again what logs in",
  async (conn) => {
    const output = await replay(conn, (socket) =>
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    expect(output).toContain("****");
    expect(findNeedles(output, planted.needles)).toEqual([]);
  },
);

test.each([
  ["decode", "-b", "all.pcapng"],
  ["decode", "--json", "all.har"],
  ["convert", "all.jsonl", "OUT.pcapng"],
  ["convert", "all.jsonl", "OUT.har"],
])(
  "with --reveal every secret is in that of %s %s %s, and the search finds it",
  async (...args) => {
    const output = await outputOf([...args, "--reveal"]);
    const found = new Set(findNeedles(output, planted.needles).map((one) => one.split(" as ")[0]));
    const wanted = planted.needles.map(({ name }) => name);
    // Rows show a handshake in one line.
    if (args[1] === "-b") expect(found.size).toBeGreaterThan(20);
    else expect([...found].sort()).toEqual([...wanted].sort());
    if (args[1] !== "-b") expect(output.toString()).toMatch(/"reveal":true|secrets are shown/);
  },
);
