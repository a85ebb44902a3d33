import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { converse, open } from "../src/soak/converse.ts";
import { leaksBetween } from "../src/soak/leaks.ts";
import type { Mixed } from "../src/soak/mixed.ts";
import { problemsOf } from "../src/soak/report.ts";
import { createTally } from "../src/soak/tally.ts";

const soak = fileURLToPath(new URL("../src/soak.ts", import.meta.url));

type Answer = (socket: WebSocket, data: Buffer, isBinary: boolean, count: number) => void;

/** What is counted of a conversation of ten messages with a server of that kind. */
async function countWith(answer: Answer) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  await once(server, "listening");
  server.on("connection", (socket) => {
    let count = 0;
    socket.on("message", (data: Buffer, isBinary) => answer(socket, data, isBinary, ++count));
  });
  const tally = createTally();
  const socket = await open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const payloads = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? `é${i}` : Buffer.from([i])));
  await converse(socket, { payloads, inFlight: 4, prefix: "", tally });
  return tally.report().messages;
}

const echo: Answer = (socket, data, binary) => socket.send(data, { binary });
const right = { sent: 10, answered: 10, lost: 0, doubled: 0, corrupted: 0 };

describe("a conversation", () => {
  it("counts what is right", async () => {
    expect(await countWith(echo)).toEqual(right);
  });

  it("counts an answer that comes again", async () => {
    const counts = await countWith((...call) => {
      echo(...call);
      if (call[3] === 5 || call[3] === 10) echo(...call);
    });
    expect(counts).toEqual({ ...right, doubled: 2 });
  });

  it("counts one wrong byte, and text in the place of bytes", async () => {
    const counts = await countWith((socket, data, isBinary, count) => {
      if (count === 3) data[0] = (data[0] ?? 0) ^ 1;
      socket.send(data, { binary: count === 8 ? !isBinary : isBinary });
    });
    expect(counts).toEqual({ ...right, answered: 8, corrupted: 2 });
  });

  it("counts what was never answered as lost", async () => {
    const counts = await countWith((...call) => {
      if (call[3] > 6) call[0].close(1011);
      else echo(...call);
    });
    expect(counts).toEqual({ ...right, answered: 6, lost: 4 });
  });
});

describe("a verdict", () => {
  const remains = { heapBytes: 20e6, externalBytes: 5e6, rssBytes: 1e8, handles: { Timeout: 2 } };
  const fine = { status: 0, complaints: [] };

  it("sees memory and handles that stay, and no noise", () => {
    const more = { ...remains, heapBytes: 22e6, handles: { Timeout: 3, PipeWrap: 1 } };
    expect(leaksBetween(remains, more)).toEqual([]);
    expect(
      leaksBetween(remains, {
        ...remains,
        heapBytes: 40e6,
        externalBytes: 20e6,
        handles: { Timeout: 200, TCPSocketWrap: 5 },
      }),
    ).toEqual([
      "heapBytes grew from 19.1 MiB to 38.1 MiB",
      "externalBytes grew from 4.8 MiB to 19.1 MiB",
      "Timeout from 2 to 200",
      "TCPSocketWrap from 0 to 5",
    ]);
  });

  it("names everything that must not be", () => {
    const tally = createTally();
    tally.lost(3, "closed with 1006");
    tally.doubled();
    tally.failed("deaf", "not cut");
    const end = { status: 1, complaints: ["Error: x"] };
    expect(problemsOf(tally.report(), ["heap"], end)).toEqual([
      "3 messages were lost",
      "1 messages were doubled",
      "leak: heap",
      "lost, 1 times: closed with 1006",
      "deaf, 1 times: not cut",
      "the server ended with 1",
      "the server said: Error: x",
    ]);
    expect(problemsOf(createTally().report(), [], fine)).toEqual([]);
  });
});

describe("pnpm soak", () => {
  it(
    "loses and leaks nothing in some seconds of everything at once",
    { timeout: 120_000 },
    async () => {
      const args = ["--conditions=@wsecho/source", soak, "--minutes", "0.05", "--json"];
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e7 });
      const run = JSON.parse(stdout) as Mixed & { readonly problems: readonly string[] };
      expect(run.problems).toEqual([]);
      expect(run.messages.answered).toBe(run.messages.sent);
      expect(run.messages.answered).toBeGreaterThan(1000);
      const kinds = ["plain", "echo", "v1", "flood", "large", "refused", "abort", "fault", "half"];
      expect(Object.keys(run.done)).toEqual(expect.arrayContaining([...kinds, "late", "deaf"]));
      expect(run.echo.p99).toBeGreaterThanOrEqual(run.echo.p50);
    },
  );

  it(
    "shows the heap after each tenth of messages and connections",
    { timeout: 120_000 },
    async () => {
      const args = ["--conditions=@wsecho/source", soak, "--messages", "2000"];
      const run = promisify(execFile)(process.execPath, [...args, "--connections", "200"]);
      const { stdout } = await run;
      expect(stdout).toMatch(/^2000 messages: +heap \d/m);
      expect(stdout).toMatch(/^200 connections: +heap \d/m);
      expect(stdout).toContain("nothing lost, nothing leaked");
    },
  );

  it("ends with 1 where a message is lost, and says so", { timeout: 120_000 }, async () => {
    const args = ["--conditions=@wsecho/source", soak, "--messages", "200"];
    const run = promisify(execFile)(process.execPath, [...args, "--server", "--max-message 100"]);
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /messages were lost\nlost, \d+ times: closed with 1009/,
      ) as string,
    });
  });
});
