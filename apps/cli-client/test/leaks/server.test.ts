import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNeedles } from "@wsecho/testkit/needles";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startProgram } from "../support/program.ts";
import { startServer } from "../support/servers.ts";
import { plantTalks, type Planted, type Talk } from "./planted.ts";
import { closeOf } from "./play.ts";
import { readings } from "./readings.ts";

let folder: string;
let planted: Planted;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-leaks-"));
  planted = await plantTalks();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The client's part, whatever the server says; `open`: with nothing that it is refused for. */
async function say(port: number, { steps }: Talk, open: boolean): Promise<void> {
  const [first = Buffer.alloc(0), ...pieces] = steps.flatMap(([dir, ...all]) =>
    dir === "c2s" ? all : [],
  );
  const head = first.toString("latin1");
  const asked = open
    ? head
        .replace(/^GET \/a/, "GET /")
        .replace(/^Authorization.*\r\n/m, "")
        .replace(/, wsecho\.bearer[^\r]*/, "")
    : head;
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  const closed = closeOf(socket);
  socket.write(Buffer.from(asked, "latin1"));
  await Promise.race([new Promise((resolve) => socket.once("data", resolve)), closed]);
  socket.resume();
  for (const piece of pieces) socket.write(piece);
  socket.end();
  await closed;
}

/** A server that records, and three who watch it: all that they and its log put out. */
async function outputsOf(reveal: boolean) {
  const log: string[] = [];
  const note = (fields: object, text: string): void =>
    void log.push(`${JSON.stringify(fields)} ${text}`);
  const records = join(folder, "records");
  await using server = await startServer({
    record: { folder: records, reveal },
    log: { debug: note, info: note, warn: note, error: note },
    compress: true,
    limits: { maxAttempts: 100 },
  });
  const watcher = startProgram(
    [
      ...["inspect", "--all", "-b", "--jsonl", join(folder, "feed.jsonl"), server.url],
      ...["--pcapng", join(folder, "feed.pcapng"), "--har", join(folder, "feed.har")],
    ],
    { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" },
  );
  await watcher.said("Connected to");
  const ask = async (): Promise<void> => {
    for (const talk of planted.talks)
      for (const open of [true, false]) await say(server.port, talk, open);
  };
  // The watch is asked for after the login.
  while (!watcher.stdout().includes("seen at the server")) await ask();
  await ask();
  await server.server.close();
  await watcher.result;
  const files = ["jsonl", "pcapng", "har"].map((form) =>
    readFileSync(join(folder, `feed.${form}`)),
  );
  return {
    log: log.join("\n"),
    record: readings(
      Buffer.concat(readdirSync(records).map((name) => readFileSync(join(records, name)))),
    ),
    feed: Buffer.concat([Buffer.from(watcher.stdout() + watcher.stderr()), ...files].map(readings)),
  };
}

// Both start a program and go through every talk several times.
const patience = 60_000;

test("no secret is in the server's record, feed and log", { timeout: patience }, async () => {
  const { log, record, feed } = await outputsOf(false);
  for (const output of [log, record, feed]) {
    expect(output.length).toBeGreaterThan(1000);
    expect(findNeedles(output, planted.needles)).toEqual([]);
  }
});

test("with reveal they are in its record, and nowhere else", { timeout: patience }, async () => {
  const { log, record, feed } = await outputsOf(true);
  const found = findNeedles(record, planted.needles).map((one) => one.split(" as ")[0]);
  const missing = planted.needles.map(({ name }) => name).filter((name) => !found.includes(name));
  // What another server would say, and what a handshake was refused for: those are not recorded.
  const others = ["SetCookie", "Userinfo", "Location", "ServerNonce", "Signature", "Remembered"];
  expect(missing.sort()).toEqual(["Basic", "Offered", "SqueezedSignature", ...others].sort());
  for (const output of [log, feed]) expect(findNeedles(output, planted.needles)).toEqual([]);
});
