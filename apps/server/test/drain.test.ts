import { fileURLToPath } from "node:url";
import { connect as connectClient } from "@wsecho/client";
import { expect, test } from "vitest";
import { adminOf, ask } from "./support/admin.ts";
import { connectPlain, refusedHandshake } from "./support/client.ts";
import { floodAll, total } from "./support/flood.ts";
import { startForwarder } from "./support/forwarder.ts";
import { runCommand, runProgram, type Program } from "./support/program.ts";
import { soon } from "./support/soon.ts";

const fixture = fileURLToPath(new URL("./support/counting-server.ts", import.meta.url));
const startCounting = (...args: readonly string[]): Program =>
  runCommand([process.execPath, "--conditions=@wsecho/source", fixture, ...args]);

const takenBy = ({ stdout }: Program): readonly string[] => {
  const line = stdout().trim().split("\n").at(-1) ?? "";
  return (JSON.parse(line) as { readonly taken: readonly string[] }).taken;
};

test.each([
  [[], 1001],
  [["--restarting"], 1012],
])("answers under load all that it took before it ends: %j", async (args, code) => {
  const program = startCounting(...args);
  const floods = await floodAll(await program.ready);
  await expect.poll(() => total(floods), soon).toBeGreaterThan(5000);
  program.child.kill("SIGTERM");
  for (const { client } of floods) expect((await client.closed).code).toBe(code);
  expect(await program.ended).toEqual({ status: 0, signal: null });
  expect(floods.flatMap(({ wrong }) => wrong)).toEqual([]);
  const taken = takenBy(program);
  expect(new Set(taken).size).toBe(taken.length);
  // Pure echo has no handler to count by; its order has been checked.
  const counted = floods.filter((_, i) => i % 3 < 2);
  expect(total(counted)).toBe(taken.length);
  // It was in the middle of it: there was more to come.
  for (const { sent, answered } of floods) expect(sent()).toBeGreaterThan(answered());
});

test("the program answers what it took, in order, under load, and ends with 0", async () => {
  const program = runProgram(["--demo", "--port", "0", "--allow-anonymous", "--restarting"]);
  const floods = await floodAll(await program.ready);
  await expect.poll(() => total(floods), soon).toBeGreaterThan(5000);
  program.child.kill("SIGTERM");
  for (const { client } of floods) expect((await client.closed).code).toBe(1012);
  expect(await program.ended).toEqual({ status: 0, signal: null });
  expect(floods.flatMap(({ wrong }) => wrong)).toEqual([]);
});

test("is not ready, takes no new session and says so, while old ones end", async () => {
  const flags = ["--demo", "--port", "0", "--admin-port", "0", "--close-timeout", "1h"];
  const program = runProgram(flags);
  const url = await program.ready;
  const admin = await adminOf(program);
  expect((await ask(`${admin}/readyz`)).status).toBe(200);
  const stubborn = await connectPlain(url);
  // It leaves the close unanswered.
  stubborn.socket.pause();
  program.child.kill("SIGTERM");
  await expect.poll(() => program.stderr(), soon).toContain("stopping");
  expect((await refusedHandshake(url)).status).toBe(503);
  expect((await ask(`${admin}/readyz`)).status).toBe(503);
  expect((await ask(`${admin}/healthz`)).status).toBe(200);
  program.child.kill("SIGTERM");
  expect((await program.ended).status).toBe(143);
});

test("cuts after --drain-timeout who does not go, and ends with 0", async () => {
  const flags = ["--demo", "--port", "0", "--close-timeout", "1h", "--drain-timeout", "200ms"];
  const program = runProgram(flags);
  const stubborn = await connectPlain(await program.ready);
  stubborn.socket.pause();
  program.child.kill("SIGTERM");
  expect(await program.ended).toEqual({ status: 0, signal: null });
});

test("a client that comes back loses and doubles nothing while servers are replaced in turn", async () => {
  const forwarder = await startForwarder();
  const servers: Program[] = [startCounting("--restarting")];
  forwarder.to((await servers[0]?.ready) ?? "");
  const session = await connectClient(forwarder.url, {
    username: "admin",
    password: "123456",
    reconnect: true,
    // Comes back at once.
    random: () => 0,
  });
  const texts: string[] = [];
  const echoes: Promise<string>[] = [];
  let going = true;
  const talk = async (): Promise<void> => {
    while (going) {
      const batch = Array.from({ length: 8 }, () => {
        const text = `text ${texts.length}`;
        texts.push(text);
        const echo = session.ask(text, { resend: true });
        echoes.push(echo);
        return echo;
      });
      await Promise.all(batch);
    }
  };
  const talking = talk();
  for (let round = 0; round < 3; round++) {
    const before = texts.length;
    await expect.poll(() => texts.length, soon).toBeGreaterThan(before + 200);
    const next = startCounting("--restarting");
    forwarder.to(await next.ready);
    const old = servers.at(-1);
    servers.push(next);
    old?.child.kill("SIGTERM");
    expect((await old?.ended)?.status).toBe(0);
  }
  going = false;
  await talking;
  await session.close();
  const last = servers.at(-1);
  last?.child.kill("SIGTERM");
  await last?.ended;
  // Each text was settled once, by its own echo, and taken by one server, once.
  expect(await Promise.all(echoes)).toEqual(texts);
  const taken = servers.flatMap(takenBy);
  expect([...taken].sort()).toEqual([...texts].sort());
  expect(servers.map((server) => takenBy(server).length).every((count) => count > 0)).toBe(true);
});
