import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { adminOf } from "../support/admin.ts";
import { connect, connectPlain, refusedHandshake } from "../support/client.ts";
import { runProgram, type Program } from "../support/program.ts";
import { soon } from "../support/soon.ts";
import { writeConfig } from "../support/write-config.ts";

const friend = "https://friend.example";

function entries(program: Program): readonly Readonly<Record<string, unknown>>[] {
  return program
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const reloaded = "the settings have been reloaded";
const refused = "the settings are wrong; the old ones stay in use";
const waits = "these settings have changed, but need a restart";

/** Sends SIGHUP; the entry that it brings. */
async function hangUp(program: Program, message: string) {
  const all = () => entries(program).filter(({ msg }) => msg === message);
  const before = all().length;
  program.child.kill("SIGHUP");
  await expect.poll(() => all().length, soon).toBe(before + 1);
  return all().at(-1) ?? {};
}

async function limitsAt(url: string) {
  const client = await connect(url, "wsecho.v1");
  const { limits } = await client.nextJson();
  client.socket.close();
  return limits as Readonly<Record<string, number>>;
}

test("takes new settings for new sessions, while those that are open go on as before", async () => {
  const old = { demo: true, port: 0, "max-message": "1KiB", "auth-max-attempts": 5 };
  const config = writeConfig(old);
  const program = runProgram(["--config", config, "--idle-timeout", "7s"]);
  const url = await program.ready;
  const client = await connectPlain(url);
  const page = await connect(url, [], { origin: "http://evil.example" });

  writeFileSync(
    config,
    JSON.stringify({
      ...old,
      "max-message": "2KiB",
      "auth-max-attempts": 1,
      "idle-timeout": "9s",
      "login-lifetime": "1h",
      "allow-origin": [friend],
      "allow-host": "echo.example",
      "trust-proxy": "127.0.0.0/8",
    }),
  );
  const { changed } = await hangUp(program, reloaded);
  expect(changed).toEqual([
    ...["allow-origin", "allow-host", "trust-proxy", "login-lifetime"],
    ...["max-message", "auth-max-attempts"],
  ]);

  // The flag comes before the file.
  expect(await limitsAt(url)).toMatchObject({
    maxMessageBytes: 2048,
    maxAttempts: 1,
    idleTimeoutMs: 7000,
  });
  const newcomer = await connectPlain(url);
  newcomer.send("x".repeat(1500));
  expect(await newcomer.next()).toContain("xxx");
  expect((await refusedHandshake(url, [], { origin: "http://evil.example" })).status).toBe(403);
  await connect(url, [], { origin: friend });
  const headers = { Host: "echo.example", "X-Forwarded-For": "203.0.113.9" };
  const v1 = await connect(url, "wsecho.v1", { headers });
  await v1.nextJson();
  v1.sendJson({ type: "auth", mechanism: "plain", user: "admin", password: "123456" });
  expect(await v1.nextJson()).toMatchObject({ type: "ok", expiresInMs: 3_600_000 });
  await expect.poll(program.stderr, soon).toContain('"peer":"203.0.113.9"');

  client.send("still here");
  expect(await client.next()).toBe("your submit context: still here");
  page.send("admin:wrong", "admin:123456");
  expect(await page.next()).toContain("sorry");
  expect(await page.next()).toContain("congratulation");
  client.send("x".repeat(1500));
  expect((await client.closed).code).toBe(1009);

  expect((await hangUp(program, reloaded))["changed"]).toEqual([]);
  writeFileSync(config, JSON.stringify(old));
  await hangUp(program, reloaded);
  await connect(url, [], { origin: "http://evil.example" });
  expect((await limitsAt(url))["maxMessageBytes"]).toBe(1024);
});

test.each([
  ['{\n  "demo": true,\n  "max-mesage": "2KiB"\n}', /"max-mesage" in line 3 of .*max-message\?/],
  ['{\n  "max-message": "2KiB",\n  "idle-timeout": "5"\n}', /"idle-timeout" in line 3 of .*unit/],
  ['{\n  "max-message": "2KiB",\n}', /is not JSON at line 3; check commas/],
  ['{ "max-message": "2KiB", "host": "0.0.0.0" }', /listens on this machine only/],
  ['{ "max-message": "2KiB", "tls-client-ca": "a.pem" }', /needs --tls-cert and --tls-key/],
])("keeps all of the old settings where the file is broken: %j", async (broken, problem) => {
  const config = writeConfig({ "max-message": "1KiB" });
  const program = runProgram(["--demo", "--port", "0", "--config", config]);
  const url = await program.ready;
  const client = await connectPlain(url);
  writeFileSync(config, broken);
  const entry = await hangUp(program, refused);
  expect(entry).toMatchObject({ level: 50, config });
  expect(entry["detail"]).toMatch(problem);
  expect((await limitsAt(url))["maxMessageBytes"]).toBe(1024);
  client.send("still here");
  expect(await client.next()).toBe("your submit context: still here");

  writeFileSync(config, '{ "max-message": "2KiB" }');
  await hangUp(program, reloaded);
  expect((await limitsAt(url))["maxMessageBytes"]).toBe(2048);
});

test("names what only a restart changes, at every reload, and takes the rest", async () => {
  const config = writeConfig({});
  const program = runProgram(["--demo", "--config", config, "--port", "0"]);
  const url = await program.ready;
  writeFileSync(config, JSON.stringify({ "admin-port": 0, iterations: 5000, "no-plain": true }));
  for (const changed of [["no-plain"], []]) {
    const entry = await hangUp(program, waits);
    expect(entry["settings"]).toEqual(["admin-port", "iterations"]);
    const last = entries(program).findLast(({ msg }) => msg === reloaded);
    expect(last?.["changed"]).toEqual(changed);
  }
  expect((await refusedHandshake(url)).status).toBe(400);
});

test("changes the names that the admin listener answers to", async () => {
  const config = writeConfig({});
  const program = runProgram(["--demo", "--port", "0", "--admin-port", "0", "--config", config]);
  const url = `${await adminOf(program)}/metrics`;
  const ask = async () => {
    const request = get(url, { headers: { Host: "echo.example" }, agent: false });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  expect(await ask()).toBe(421);
  writeFileSync(config, '{ "allow-host": ["echo.example"] }');
  await hangUp(program, reloaded);
  expect(await ask()).toBe(200);
});

test("changes what is logged", async () => {
  const config = writeConfig({ "log-level": "error" });
  const program = runProgram(["--demo", "--port", "0", "--config", config]);
  await connectPlain(await program.ready);
  writeFileSync(config, '{ "log-level": "info" }');
  await hangUp(program, reloaded);
  expect(program.stderr()).not.toContain("login accepted");
  await connectPlain(await program.ready);
  await expect.poll(program.stderr, soon).toContain("login accepted");
});

test("opens and closes /echo for everybody, but not where nobody could do anything", async () => {
  const config = writeConfig({});
  const program = runProgram(["--demo", "--port", "0", "--config", config]);
  const url = `${await program.ready}/echo`;
  expect((await refusedHandshake(url)).status).toBe(401);
  writeFileSync(config, '{ "allow-anonymous": true }');
  await hangUp(program, reloaded);
  const echo = await connect(url);
  writeFileSync(config, "{}");
  await hangUp(program, reloaded);
  expect((await refusedHandshake(url)).status).toBe(401);
  echo.send("still here");
  expect(await echo.next()).toBe("still here");

  const open = writeConfig({ "allow-anonymous": true });
  const empty = runProgram(["--port", "0", "--config", open]);
  await empty.ready;
  writeFileSync(open, "{}");
  const { detail } = await hangUp(empty, refused);
  expect(detail).toContain("nobody could log in");
  await connect(`${await empty.ready}/echo`);
});

test.each([1, 2])(
  "a SIGHUP before the ready line waits for it, with %i workers",
  async (workers) => {
    const text = JSON.stringify({ demo: true, port: 0, workers });
    const config = writeConfig({});
    rmSync(config);
    execFileSync("mkfifo", [config]);
    const program = runProgram(["--config", config]);
    // Resolves when the program opens the other end: it has begun to read its settings.
    const first = await open(config, "w");
    program.child.kill("SIGHUP");
    await first.writeFile(text);
    await first.close();
    await program.ready;
    // And then it reads them again.
    const second = await open(config, "w");
    await second.writeFile(text);
    await second.close();
    await expect
      .poll(() => entries(program).map(({ msg }) => msg), soon)
      .toContain("the settings have been reloaded");
  },
);
