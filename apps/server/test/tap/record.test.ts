import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createJsonlReader, type WireRecord } from "@wsecho/wire";
import { describe, expect, test } from "vitest";
import {
  canLimit,
  canMount,
  fillDisk,
  limitFiles,
  mountDisk,
  unmountDisk,
} from "../access/full-disk.ts";
import { makeFolder } from "../store/sqlite-database.ts";
import { connect, connectPlain, connectV1 } from "../support/client.ts";
import { textsOf, watchFeed } from "../support/feed.ts";
import { runProgram } from "../support/program.ts";
import { connectRaw, handshake } from "../support/raw.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { soon } from "../support/soon.ts";
import { plantedPassword, startServer, testUsers } from "../support/start-server.ts";

const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).sort();

/** All records of a folder's files, in their order; every line has to be one. */
async function recordsIn(folder: string): Promise<readonly WireRecord[]> {
  const records: WireRecord[] = [];
  for (const name of await filesIn(folder)) {
    const reader = createJsonlReader({
      emit: (record) => records.push(record),
      problem: ({ at, says }) => expect.unreachable(`${name}, line ${at}: ${says}`),
    });
    const text = await readFile(join(folder, name), "utf8");
    expect(JSON.parse(text.split("\n", 1)[0] ?? "")).toMatchObject({ code: "capture" });
    reader.push(text);
    reader.end();
  }
  return records;
}

describe("a record of what goes over the wire", () => {
  test("has all connections, is there when the server has stopped, and is its owner's alone", async () => {
    const folder = join(await makeFolder(), "new");
    const { url, server } = await startServer({ record: { folder }, allowAnonymous: true });
    const plain = await connectPlain(url);
    const v1 = await connectV1(url, "ada", plantedPassword);
    const echo = await connect(`${url}/echo`);
    plain.send("in plain");
    v1.sendJson({ type: "submit", id: 1, text: "in v1" });
    echo.send("pure");
    await Promise.all([plain.next(), v1.next(), echo.next()]);
    await server.close();
    const records = await recordsIn(folder);
    expect(textsOf(records, "c2s")).toEqual(
      expect.arrayContaining(["in plain", '{"type":"submit","id":1,"text":"in v1"}', "pure"]),
    );
    const ends = records.filter((record) => record.k === "close" && record.dir === "s2c");
    expect(ends).toMatchObject([{ code: 1001 }, { code: 1001 }, { code: 1001 }]);
    expect(records[0]).toMatchObject({ reveal: false });
    const text = JSON.stringify(records);
    for (const secret of ["123456", plantedPassword]) expect(text).not.toContain(secret);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await filesIn(folder))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  test("has nothing of a peer that was gone before it could be let in", async () => {
    const folder = await makeFolder();
    const known = await testUsers();
    const [asked, answered] = [
      Promise.withResolvers<undefined>(),
      Promise.withResolvers<undefined>(),
    ];
    const { port, url, server } = await startServer({
      record: { folder },
      users: {
        iterations: known.iterations,
        find: async (name) => {
          asked.resolve(undefined);
          await answered.promise;
          return known.find(name);
        },
      },
    });
    const sockets = serverSockets();
    const peer = await connectRaw(port);
    peer.socket.write(handshake({ Authorization: `Basic ${btoa("admin:123456")}` }));
    await asked.promise;
    peer.socket.resetAndDestroy();
    await expect.poll(() => sockets[0]?.closed, soon).toBe(true);
    answered.resolve(undefined);
    await connectPlain(url);
    await server.close();
    const records = await recordsIn(folder);
    expect(records.filter(({ k }) => k === "handshake")).toHaveLength(2);
    expect(new Set(records.map(({ conn }) => conn)).has(1)).toBe(false);
  });

  test("shows secrets where that is wanted, and says so in each file; the feed does not", async () => {
    const folder = await makeFolder();
    const record = { folder, reveal: true, fileBytes: 2000, totalBytes: 1_000_000 };
    const { url, server } = await startServer({ record });
    const feed = await watchFeed(url, { username: "admin", password: "123456" });
    const client = await connectPlain(url);
    client.send("x".repeat(500));
    await client.next();
    await feed.until("message", ({ dir, len }) => dir === "s2c" && len > 500);
    await server.close();
    const records = await recordsIn(folder);
    expect(textsOf(records, "c2s")).toContain("admin:123456");
    const stamps = records.filter((record) => record.k === "note" && record.code === "capture");
    expect(stamps.length).toBeGreaterThan(1);
    for (const stamp of stamps) expect(stamp).toMatchObject({ reveal: true });
    expect(feed.bytes().toString()).not.toContain("123456");
  });

  test("goes on in another file when one is full, and forgets the oldest", async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, "not-ours.jsonl"), "stays");
    await writeFile(join(folder, "wsecho-2020-old.jsonl"), "x".repeat(50_000), { mode: 0o600 });
    const record = { folder, fileBytes: 20_000, totalBytes: 60_000 };
    const { url, server } = await startServer({ record, allowAnonymous: true });
    const client = await connect(`${url}/echo`);
    for (let i = 0; i < 100; i++) {
      client.send(`${i}:${"x".repeat(500)}`);
      await client.next();
    }
    await server.close();
    const names = (await filesIn(folder)).filter((name) => name !== "not-ours.jsonl");
    expect(names).not.toContain("wsecho-2020-old.jsonl");
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(folder, name))).size),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(60_000);
    expect(await readFile(join(folder, "not-ours.jsonl"), "utf8")).toBe("stays");
    await rm(join(folder, "not-ours.jsonl"));
    // The newest are whole, without a gap.
    const texts = textsOf(await recordsIn(folder), "s2c").map((text) => Number.parseInt(text, 10));
    expect(texts.at(-1)).toBe(99);
    expect(texts).toEqual(texts.map((_, i) => 100 - texts.length + i));
  });

  test("begins a new file where somebody has taken the old one away", async () => {
    const folder = await makeFolder();
    const { url, server } = await startServer({ record: { folder }, allowAnonymous: true });
    const client = await connect(`${url}/echo`);
    client.send("first");
    await expect.poll(() => filesIn(folder), soon).toHaveLength(1);
    const [first = ""] = await filesIn(folder);
    await rm(join(folder, first));
    client.send("second");
    await expect.poll(() => filesIn(folder), soon).toHaveLength(1);
    await server.close();
    expect(await filesIn(folder)).not.toContain(first);
    expect(textsOf(await recordsIn(folder), "s2c")).toContain("second");
  });

  test.each([
    ["a file", async (path: string) => writeFile(path, ""), "name another"],
    [
      "a folder that others can write to",
      async (path: string) => {
        await mkdir(path);
        await chmod(path, 0o777);
      },
      "chmod 700",
    ],
  ])("cannot be %s: the program says so and ends", async (_, make, words) => {
    const path = join(await makeFolder(), "x");
    await make(path);
    const program = runProgram(["--demo", "--port", "0", "--record", path]);
    expect((await program.ended).status).toBe(1);
    expect(program.stderr()).toContain(words);
  });
});

describe("a disk that takes nothing more", () => {
  const line = /"code":"(\w+)","msg":"recording has stopped; sessions go on"/;

  test.skipIf(!canLimit())(
    "by a quota ends the recording, no session, and is told",
    async () => {
      const folder = await makeFolder();
      const program = runProgram([
        "--demo",
        "--port",
        "0",
        "--record",
        folder,
        "--admin-port",
        "0",
      ]);
      const client = await connectPlain(await program.ready);
      client.send("before");
      await client.next();
      await expect
        .poll(async () => textsOf(await recordsIn(folder), "c2s"), soon)
        .toContain("before");
      limitFiles(program.child.pid ?? 0, 1);
      client.send("meanwhile");
      expect(await client.next()).toBe("your submit context: meanwhile");
      await expect.poll(() => program.stderr(), soon).toMatch(line);
      const [, admin = ""] = /metrics: (\S+)/.exec(program.stderr()) ?? [];
      expect(await (await fetch(admin)).text()).toContain("wsecho_record_errors_total 1");
      limitFiles(program.child.pid ?? 0, "unlimited");
      await expect
        .poll(
          async () => {
            client.send("after");
            await client.next();
            return program.stderr();
          },
          { ...soon, interval: 200 },
        )
        .toMatch(/"lost":\d+,"msg":"recording goes on"/);
      program.child.kill("SIGTERM");
      expect((await program.ended).status).toBe(0);
      const records = await recordsIn(folder);
      expect(textsOf(records, "c2s")).toContain("after");
      const lost = records.find((record) => record.k === "note" && record.code === "lost");
      expect(lost).toMatchObject({ count: expect.any(Number) as number });
    },
    60_000,
  );

  test.skipIf(!canMount())(
    "by being full ends the recording, and no session",
    async () => {
      const folder = join(await makeFolder(), "disk");
      await mkdir(folder);
      mountDisk(folder);
      try {
        const program = runProgram(["--demo", "--port", "0", "--record", folder]);
        const client = await connectPlain(await program.ready);
        const free = await fillDisk(folder);
        client.send("x".repeat(10_000));
        expect(await client.next()).toHaveLength(10_021);
        await expect.poll(() => program.stderr(), soon).toMatch(line);
        client.send("meanwhile");
        expect(await client.next()).toBe("your submit context: meanwhile");
        await free();
        program.child.kill("SIGTERM");
        expect((await program.ended).status).toBe(0);
      } finally {
        unmountDisk(folder);
      }
    },
    60_000,
  );
});
