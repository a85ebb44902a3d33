import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, demoUsers } from "@wsecho/server";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { allFrameCases, frameCasesAt } from "../src/frames/cases.ts";
import type { PlaceName } from "../src/frames/place.ts";
import { runCases, type Result } from "../src/run.ts";
import { startFrameServer, type Fault } from "./support/frame-server.ts";
import { failuresOf, targetOf } from "./support/target.ts";

const mib = 1024 * 1024;
const everywhere: readonly PlaceName[] = ["echo", "plain", "v1"];

const idsOf = (results: readonly Result[]): readonly string[] => results.map(({ id }) => id);

const tryFrames = (
  url: string,
  names: readonly PlaceName[],
  isMeant: (id: string) => boolean = () => true,
  timeoutMs = 15_000,
): Promise<readonly Result[]> =>
  runCases(
    frameCasesAt(names).filter(({ id }) => isMeant(id)),
    targetOf(url, { timeoutMs }),
    () => undefined,
    6,
  );

/** How many cases each group of the Autobahn suite has; it numbers them without gaps. */
const autobahn = (
  "1.1:8 1.2:8 2:11 3:7 4.1:5 4.2:5 5:20 6.1:3 6.2:4 6.3:2 6.4:4 6.5:5 6.6:11 6.7:4 6.8:2 6.9:4 " +
  "6.10:3 6.11:5 6.12:8 6.13:5 6.14:10 6.15:1 6.16:3 6.17:5 6.18:5 6.19:5 6.20:7 6.21:8 6.22:34 " +
  "6.23:7 7.1:6 7.3:6 7.5:1 7.7:13 7.9:9 7.13:2 9.1:6 9.2:6 9.3:9 9.4:9 9.5:6 9.6:6 9.7:6 9.8:6 " +
  "10.1:1 12.1:18 12.2:18 12.3:18 12.4:18 12.5:18 13.1:18 13.2:18 13.3:18 13.4:18 13.5:18 " +
  "13.6:18 13.7:18"
)
  .split(" ")
  .map((each) => each.split(":"));

describe("the cases", () => {
  it("are those of the Autobahn suite, groups 1 to 7, 9, 10, 12 and 13, and more", () => {
    const known = allFrameCases.flatMap(({ autobahn: numbers = [] }) => numbers);
    const wanted = autobahn.flatMap(([group = "", count]) =>
      Array.from({ length: Number(count) }, (_, i) => `${group}.${i + 1}`),
    );
    expect([...new Set(known)].sort()).toEqual([...wanted].sort());
    expect(allFrameCases.filter(({ autobahn: numbers }) => numbers === undefined)).not.toEqual([]);
  });

  it("have ids of their own", () => {
    const ids = frameCasesAt(everywhere).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("our server", () => {
  const heavy = new Set(allFrameCases.filter((each) => each.heavy).map(({ id }) => id));
  const isDeflate = (id: string): boolean => id.includes("deflate-");
  const startServer = async (compress = false) =>
    createServer({
      port: 0,
      users: await demoUsers(),
      webRoot: null,
      compress,
      limits: { maxMessageBytes: 16 * mib + 1024, maxFragments: 65_536 },
    });

  it("passes every case at /echo and in both dialects, in one segment and byte by byte", async () => {
    await using server = await startServer();
    const { url } = await server.listen();
    const results = await tryFrames(url, everywhere, (id) => !heavy.has(id) && !isDeflate(id));
    expect(failuresOf(results)).toEqual([]);
    expect(idsOf(results.filter(({ outcome }) => outcome === "skipped"))).toEqual([]);
    const notes = results.flatMap(({ id, notes = [] }) => notes.map((note) => `${id}: ${note}`));
    expect(notes).toEqual([
      "handshake-version-padded: refused",
      "handshake-two-versions: refused",
      "handshake-http-1.2: refused",
      "handshake-folded: refused",
      "handshake-no-extensions: refused",
      "handshake-unknown-subprotocol: refused",
      "handshake-body: refused",
      "handshake-chunked-body: refused",
      ...["5-in-2", "125-in-2", "5-in-8", "126-in-8", "65535-in-8"].map(
        (which) => `length-${which}: taken where it may be refused`,
      ),
      "utf8-fail-fast-6.4.1: taken where it may be refused",
      "utf8-fail-fast-6.4.2: taken where it may be refused",
    ]);
  }, 120_000);

  it("passes what is large, in many fragments or segments, or often", async () => {
    await using server = await startServer();
    const { url } = await server.listen();
    const results = await tryFrames(url, everywhere, (id) => heavy.has(id) && !isDeflate(id));
    expect(failuresOf(results)).toEqual([]);
    expect(idsOf(results.filter(({ outcome }) => outcome === "skipped"))).toEqual([]);
  }, 120_000);

  it("passes every case of compression with --compress, and says that it has none without", async () => {
    await using server = await startServer(true);
    const { url } = await server.listen();
    const results = await tryFrames(url, everywhere, isDeflate);
    expect(failuresOf(results)).toEqual([]);
    expect(idsOf(results.filter(({ outcome }) => outcome === "skipped"))).toEqual([]);
    await using bare = await startServer();
    const { url: bareUrl } = await bare.listen();
    const without = await tryFrames(bareUrl, everywhere, (id) => id === "deflate-hello");
    expect(without).toMatchObject([{ outcome: "skipped", reason: "the server does not compress" }]);
  }, 120_000);

  it("is tried at /echo alone where that is asked for, and says what it does not take", async () => {
    await using server = createServer({ port: 0, allowAnonymous: true, users: await demoUsers() });
    const { url } = await server.listen();
    const results = await tryFrames(`${url}/echo`, ["echo"], (id) => id === "binary-large-8388608");
    expect(results).toMatchObject([
      { outcome: "skipped", reason: expect.stringContaining("closed with close 1009") as string },
    ]);
  });
});

/** Each fault, and a case that has to see it. */
const faults: Readonly<Record<Fault, string>> = {
  "takes unmasked frames": "unmasked-ping",
  "ignores reserved bits": "reserved-bits-3",
  "ignores reserved opcodes": "reserved-opcode-11",
  "takes long control frames": "ping-126",
  "takes fragmented control frames": "ping-fragmented",
  "takes stray continuations": "continuation-alone",
  "takes new data inside a message": "binary-inside-fragments",
  "answers pings with nothing": "ping-text",
  "answers no ping": "ping-empty",
  "answers pongs": "pong-unasked",
  "answers pings after the message": "fragments-pings-between",
  "answers the first of many pings only": "pings-100",
  "does not check UTF-8": "utf8-6.18.2",
  "checks UTF-8 of each fragment alone": "utf8-inside-characters",
  "refuses code points that are no characters": "utf8-6.22.1",
  "takes any close code": "close-1005",
  "takes a close of one byte": "close-one-byte",
  "takes any close reason": "close-bad-reason",
  "closes with 1000 whatever was said": "close-3000",
  "never answers a close": "close-1000",
  "never ends TCP": "close-1000",
  "answers behind the close": "close-then-text",
  "answers text as binary": "text-125",
  "masks its frames": "text-125",
  "writes long lengths": "text-125",
  "reads lengths with a sign": "binary-65535",
  "keeps the first mask": "masks-of-any-bits",
  "waits for any length": "length-2-60",
  "wants a frame in one segment": "ping-text",
  "loses what comes with the handshake": "handshake-good",
  "reads a body as frames": "handshake-body",
  "accepts with another key": "handshake-good",
  "takes a POST": "handshake-post",
  "takes HTTP/1.0": "handshake-http-1.0",
  "takes any key": "handshake-short-key",
  "takes any version": "handshake-version-8",
  "does not name its version": "handshake-version-8",
  "wants Upgrade in lower case": "handshake-upgrade-case",
  "selects what was offered": "handshake-unknown-extension",
  "takes any list of extensions": "handshake-extensions-unreadable-1",
  "closes without saying so": "close-1000",
};

describe("a server of another kind", () => {
  it("passes all of the cases that look for faults", async () => {
    await using server = await startFrameServer();
    const results = await tryFrames(server.url, ["echo"], (id) =>
      Object.values(faults).includes(id),
    );
    expect(failuresOf(results)).toEqual([]);
    expect(results.filter(({ outcome }) => outcome === "skipped")).toEqual([]);
  });

  it.each(Object.entries(faults) as [Fault, string][])(
    "that %s is caught by %s",
    async (fault, id) => {
      await using server = await startFrameServer(fault);
      const results = await tryFrames(server.url, ["echo"], (each) => each === id, 400);
      expect(results).toMatchObject([{ id, outcome: "failed" }]);
    },
  );

  it("that agrees on compression and does not inflate is caught by deflate-hello", async () => {
    await using server = await startFrameServer("selects what was offered");
    const results = await tryFrames(server.url, ["echo"], (id) => id === "deflate-hello", 400);
    expect(results).toMatchObject([{ outcome: "failed" }]);
  });

  it("that inflates and does not check UTF-8 is caught by deflate-not-utf8", async () => {
    const server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      perMessageDeflate: true,
      skipUTF8Validation: true,
    });
    server.on("connection", (socket) =>
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ids = ["deflate-hello", "deflate-not-utf8"];
    const url = `ws://127.0.0.1:${port}/raw`;
    const results = await tryFrames(url, ["echo"], (id) => ids.includes(id), 5000);
    expect(results.map(({ outcome }) => outcome)).toEqual(["passed", "failed"]);
    for (const client of server.clients) client.terminate();
    server.close();
  });
});
