import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect, connectPlain, connectV1, logInByScram } from "./support/client.ts";
import { runProgram, type Program } from "./support/program.ts";
import { makeFolder } from "./store/sqlite-database.ts";

const secret = "pl4nted sécret";

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell in a folder with a database of its own, which remembers all that was ever printed. */
async function makeShell() {
  const data = await makeFolder();
  const printed: string[] = [];
  const env = { WSECHO_DATA: data, WSECHO_ITERATIONS: "4096" };
  const run = async (args: string, input?: string): Promise<Ended> => {
    const program = runProgram(args.split(" "), env, input);
    const { status } = await program.ended;
    printed.push(program.stdout(), program.stderr());
    return { status, stdout: program.stdout(), stderr: program.stderr() };
  };
  const start = (args = ""): Program =>
    runProgram(["--port", "0", "--log-level", "debug", ...args.split(" ").filter(Boolean)], env);
  return { data, run, start, printed };
}

test("manages users while the server runs, without a secret in any output or file", async () => {
  const { data, run, start, printed } = await makeShell();
  const none = start();
  expect((await none.ended).status).toBe(2);
  expect(none.stderr()).toMatch(/\n {2}wsecho-server users add NAME --data /);
  expect(await readdir(data)).toEqual([]);

  expect(await run("users add ada --password-stdin --role admin", `${secret}\n`)).toEqual({
    status: 0,
    stdout: "",
    stderr: "wsecho-server: added ada, an admin\n",
  });
  const server = start();
  const url = await server.ready;
  const first = await connectV1(url, "ada", secret);

  // Added, used, and gone again, with the server running.
  expect((await run("users add bob --password-stdin", "b:ob")).status).toBe(0);
  const bob = await connect(url, "wsecho.v1");
  await bob.nextJson();
  expect((await logInByScram(bob, "bob", "b:ob")).proven.ok).toBe(true);
  expect((await run("users remove bob")).status).toBe(0);
  expect(await bob.closed).toEqual({ code: 4403, reason: "access revoked" });

  expect((await run("users passwd ada --password-stdin", "another one")).status).toBe(0);
  expect((await first.closed).code).toBe(4403);
  const second = await connectV1(url, "ada", "another one");

  const issued = await run("tokens issue ada --expires 5m");
  const token = issued.stdout.trim();
  const third = await connect(url, "wsecho.v1");
  await third.nextJson();
  third.sendJson({ type: "auth", mechanism: "token", token });
  expect(await third.nextJson()).toMatchObject({ type: "ok", user: "ada" });

  const listed = JSON.parse((await run("sessions list --json")).stdout) as {
    id: string;
    user: string;
    mechanism: string;
  }[];
  expect(listed.map(({ user, mechanism }) => [user, mechanism])).toEqual([
    ["ada", "token"],
    ["ada", "plain"],
  ]);
  expect(server.stderr()).toContain(`"session":"${listed[0]?.id ?? ""}"`);
  expect((await run(`sessions close ${listed[0]?.id ?? ""}`)).status).toBe(0);
  expect((await third.closed).code).toBe(4403);

  expect((await run("tokens rotate")).stderr).toMatch(/ {2}wsecho-server tokens retire \S+\n$/);
  const [newest, oldest] = JSON.parse((await run("tokens keys --json")).stdout) as { id: string }[];
  expect((await run(`tokens retire ${oldest?.id ?? ""}`)).status).toBe(0);
  expect((await run(`tokens retire ${newest?.id ?? ""}`)).status).toBe(1);

  expect((await run("users role ada user")).stderr).toContain("the role of ada is user now");
  expect((await second.closed).code).toBe(4403);
  expect((await run("users disable ada")).status).toBe(0);
  expect((await run("tokens issue ada")).stderr).toContain("wsecho-server users enable ada");
  const users = JSON.parse((await run("users list --json")).stdout) as unknown[];
  expect(users).toMatchObject([{ name: "ada", role: "user", enabled: false, iterations: 4096 }]);
  expect((await run("users enable ada")).status).toBe(0);
  await connectV1(url, "ada", "another one");

  server.child.kill("SIGTERM");
  expect((await server.ended).status).toBe(0);
  const history = await run("sessions list --all");
  expect(history.stdout).toContain("4403 access revoked");
  expect(history.stdout).toContain("1001 server is shutting down");

  const files = await Promise.all((await readdir(data)).map((name) => readFile(join(data, name))));
  const outputs = [
    ...printed.filter((text) => text !== issued.stdout),
    server.stdout(),
    server.stderr(),
  ];
  const everything =
    outputs.join("\n") + Buffer.concat(files).toString("latin1") + Buffer.concat(files).toString();
  for (const planted of [secret, "b:ob", "another one", token])
    expect(everything).not.toContain(planted);
}, 90_000);

test("refuses what cannot be done, and says what to do", async () => {
  const { data, run } = await makeShell();
  expect((await run("users list")).stderr).toContain("Type: wsecho-server users add NAME");
  expect(await readdir(data)).toEqual([]);
  for (const [args, status, said, input] of [
    ["users add ada", 1, "pipe it in, with --password-stdin", undefined],
    ["users add ada --password-stdin", 1, "more than one line", "a\nb"],
    ["users add a:da --password-stdin", 1, "colon", "secret"],
    ["users add ada --password-stdin", 1, "password", ""],
    ["users add ada hunter2", 2, "a password is never one", undefined],
    ["users add ada --iterations 10 --password-stdin", 2, "--iterations must be", "x"],
    ["users passwd nobody --password-stdin", 1, "there is no user nobody", "x"],
    ["users role nobody admin", 1, "there is no user nobody", undefined],
    ["users role nobody king", 2, "the role must be user or admin", undefined],
    ["users role nobody", 2, "missing required argument 'role'", undefined],
    ["sessions close abc", 1, "sessions list", undefined],
    ["tokens issue nobody", 1, "there is no user nobody", undefined],
    ["tokens issue nobody --expires 5", 2, "--expires must be a time", undefined],
    ["users list --json --database postgres://u:hunter2@h/d", 2, "Choose one", undefined],
    ["user add", 2, "commands are users, tokens and sessions", undefined],
  ] as const) {
    const ended = await run(args, input);
    expect([args, ended.status]).toEqual([args, status]);
    expect(ended.stderr).toContain(said);
    expect(ended.stderr + ended.stdout).not.toContain("hunter2");
  }
}, 90_000);

test("starts for /echo alone where anonymous peers may use it, and takes users there later", async () => {
  const { run, start } = await makeShell();
  const server = start("--allow-anonymous");
  const url = await server.ready;
  expect((await run("users add ada --password-stdin", secret)).status).toBe(0);
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  expect((await logInByScram(client, "ada", secret)).proven.ok).toBe(true);
});

test("ends a login by password at --login-lifetime, unless it is renewed", async () => {
  const server = runProgram(["--demo", "--port", "0", "--login-lifetime", "300ms"]);
  const url = await server.ready;
  expect((await (await connectV1(url)).closed).code).toBe(4401);
  expect(await (await connectPlain(url)).closed).toEqual({ code: 4401, reason: "session expired" });
});
