import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { soon } from "../support/soon.ts";
import {
  connect,
  connectPlain,
  connectV1,
  logInByScram,
  refusedHandshake,
} from "../support/client.ts";
import { programCommand, runCommand, runProgram } from "../support/program.ts";
import { writeConfig } from "../support/write-config.ts";

test("says which Node it needs, where an older one would fail to load it", async () => {
  const [node = "", condition = "", main = ""] = programCommand;
  const older = `Object.defineProperty(process.versions, "node", { value: "20.19.0" });`;
  const script = `${older} await import(${JSON.stringify(main)})`;
  const program = runCommand([node, condition, "--input-type=module", "-e", script]);
  expect((await program.ended).status).toBe(2);
  expect(program.stderr()).toMatch(/^wsecho-server needs Node 24 or newer; this one is 20.19.0/);
});

describe("running", () => {
  test("prints one line with its URL, warns of the demo, serves, and ends with 0", async () => {
    const program = runProgram(["--demo", "--port", "0"]);
    const url = await program.ready;
    const client = await connectPlain(url);
    client.send("hello");
    expect(await client.next()).toBe("your submit context: hello");
    program.child.kill("SIGTERM");
    expect((await client.closed).code).toBe(1001);
    expect(await program.ended).toEqual({ status: 0, signal: null });
    expect(program.stdout()).toBe(`wsecho-server is ready at ${url}\n`);
    expect(program.stderr()).toMatch(/WARNING: --demo .* admin with the password 123456/);
  });

  test("ends with 0 at SIGINT with a session that does not answer its close", async () => {
    const program = runProgram(["--demo", "--port", "0", "--close-timeout", "100ms"]);
    const client = await connectPlain(await program.ready);
    client.socket.pause();
    program.child.kill("SIGINT");
    expect(await program.ended).toEqual({ status: 0, signal: null });
  });

  test("ends at once at a second signal, and says so by its status", async () => {
    const program = runProgram(["--demo", "--port", "0"]);
    const client = await connectPlain(await program.ready);
    client.socket.pause();
    program.child.kill("SIGTERM");
    await expect.poll(() => program.stderr(), soon).toContain("once more ends it at once");
    program.child.kill("SIGINT");
    expect(await program.ended).toEqual({ status: 130, signal: null });
  });

  test("goes on when nobody reads its output any more", async () => {
    const program = runProgram(["--demo", "--port", "0"]);
    const url = await program.ready;
    program.child.stdout?.destroy();
    program.child.stderr?.destroy();
    for (let i = 0; i < 3; i++) (await connectPlain(url)).socket.close();
    await connectPlain(url);
    program.child.kill("SIGTERM");
    expect((await program.ended).status).toBe(0);
  });

  test("logs JSON lines on stderr, with numbers for connections and no secret", async () => {
    const program = runProgram(["--demo", "--port", "0", "--log-level", "debug"]);
    const url = await program.ready;
    const planted = "pl4nted-s3cret";
    const basic = Buffer.from(`admin:${planted}`).toString("base64");
    await refusedHandshake(`${url}/echo?token=${planted}`, undefined, {
      headers: { Authorization: `Basic ${basic}`, Cookie: planted },
    });
    const page = await connect(url, ["wsecho.v1", `wsecho.bearer.${planted}`]);
    await page.closed;
    const plain = await connect(url);
    plain.send(`admin:${planted}`, planted, "admin:123456", `payload ${planted}`);
    for (let i = 0; i < 4; i++) await plain.next();
    const v1 = await connectV1(url);
    v1.sendJson({ type: "submit", id: 1, text: planted });
    await v1.next();
    v1.send(`{"type":"${planted}"}`);
    await v1.closed;
    const scram = await connect(url, "wsecho.v1");
    await scram.next();
    await logInByScram(scram, "admin", planted);
    scram.sendJson({ type: "auth", mechanism: "token", token: planted });
    await scram.closed;
    program.child.kill("SIGTERM");
    await program.ended;

    const said = program.stdout() + program.stderr();
    expect(said).not.toContain(planted);
    expect(said).not.toContain(basic);
    const entries = program
      .stderr()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(["refused", "connected", "login accepted", "login refused", "closed"]),
    );
    expect(entries.every(({ conn }) => typeof conn === "number")).toBe(true);
  });

  test("opens /echo, and only that, with --allow-anonymous", async () => {
    const program = runProgram(["--allow-anonymous", "--port", "0"]);
    const url = await program.ready;
    const echo = await connect(`${url}/echo`);
    echo.send("hello");
    expect(await echo.next()).toBe("hello");
    const session = await connect(url);
    session.send("admin:123456");
    expect(await session.next()).toContain("sorry");
    await expect.poll(program.stderr, soon).toMatch(/WARNING: \/echo is open to everybody/);
  });

  test("switches plain off with --no-plain", async () => {
    const program = runProgram(["--demo", "--port", "0", "--no-plain"]);
    expect((await refusedHandshake(await program.ready)).status).toBe(400);
  });
});

describe("settings", () => {
  test("take flags before the environment, the environment before the file", async () => {
    const config = writeConfig({
      port: 0,
      demo: true,
      "no-plain": true,
      "auth-max-attempts": 7,
      "idle-timeout": "7s",
      "max-message": "7KiB",
    });
    const program = runProgram(["--config", config, "--max-message", "9KiB", "--plain"], {
      WSECHO_IDLE_TIMEOUT: "8s",
      WSECHO_MAX_MESSAGE: "8KiB",
      WSECHO_PORT: "",
    });
    const url = await program.ready;
    const client = await connect(url, "wsecho.v1");
    const { limits } = await client.nextJson();
    expect(limits).toMatchObject({
      maxAttempts: 7,
      idleTimeoutMs: 8000,
      maxMessageBytes: 9 * 1024,
    });
    await connectPlain(url);
  });

  test("come from the environment alone", async () => {
    const config = writeConfig({ "log-level": "silent" });
    const program = runProgram([], {
      WSECHO_DEMO: "true",
      WSECHO_PORT: "0",
      WSECHO_NO_PLAIN: "1",
      WSECHO_CONFIG: config,
    });
    expect((await refusedHandshake(await program.ready)).status).toBe(400);
    expect(program.stderr()).not.toContain("{");
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ["unknown flag --prot; did you mean --port?", ["--prot", "1"], {}],
    ["WSECHO_PORT must be a whole number", [], { WSECHO_PORT: "x" }],
    ["the config file /nowhere/a.json does not exist", ["--config", "/nowhere/a.json"], {}],
  ])("end with status 2 where they are wrong: %s", async (problem, args, env) => {
    const program = runProgram(args, env);
    expect(await program.ended).toEqual({ status: 2, signal: null });
    expect(program.stderr()).toContain(problem);
    expect(program.stderr()).toContain("wsecho-server --help");
    expect(program.stdout()).toBe("");
  });

  test("warn of a variable that was probably meant to be another", async () => {
    const program = runProgram(["--version"], { WSECHO_PRT: "1", WSECHO_TOKEN: "theirs" });
    await program.ended;
    expect(program.stderr()).toBe("");
    const server = runProgram(["--demo", "--port", "0"], { WSECHO_PRT: "1", WSECHO_PASSWORD: "x" });
    await server.ready;
    await expect.poll(server.stderr, soon).toContain("WSECHO_PRT; did you mean WSECHO_PORT?");
    expect(server.stderr()).not.toContain("WSECHO_PASSWORD");
  });
});

describe("--check-config", () => {
  const check = async (config: string, ...flags: readonly string[]) => {
    const program = runProgram(["--config", writeConfig(config), "--check-config", ...flags]);
    const { status } = await program.ended;
    return { status, stdout: program.stdout(), stderr: program.stderr() };
  };

  test("ends with 0 where nothing is wrong, without listening or making a database", async () => {
    expect(await check('{ "port": 1, "allow-origin": ["null", "https://a.example"] }')).toEqual({
      status: 0,
      stdout: "wsecho-server: the settings are right\n",
      stderr: "",
    });
  });

  test.each([
    [
      '{\n  "port": 1,\n  "idle-timout": "5s"\n}',
      /"idle-timout" in line 3 of .*mean idle-timeout\?/,
    ],
    ['{\n\n"log-level" :\n"inof" }', /"log-level" in line 3 of .* mean info\?/],
    ['{\n  "port": 1,\n}', /is not JSON at line 3; check commas/],
    ['{\n  "demo": true,\n  "host": "0.0.0.0" }', /listens on this machine only/],
    ['{ "tls-cert": "/nowhere", "tls-key": "/nowhere" }', /\/nowhere cannot be read/],
  ])("ends with 2 for %j", async (config, problem) => {
    const { status, stdout, stderr } = await check(config);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(problem);
  });
});

describe("starting", () => {
  test("without users says what to type, with status 2", async () => {
    const program = runProgram([]);
    expect((await program.ended).status).toBe(2);
    expect(program.stderr()).toMatch(/\n {2}wsecho-server --demo\n/);
    const script = runProgram([], { npm_lifecycle_event: "wsecho-server" });
    await script.ended;
    expect(script.stderr()).toMatch(/\n {2}pnpm wsecho-server --demo\n/);
  });

  test.each(["0.0.0.0", "::", "192.0.2.1"])("refuses --demo on %s with status 2", async (host) => {
    const program = runProgram(["--demo", "--host", host]);
    expect((await program.ended).status).toBe(2);
    expect(program.stderr()).toContain("listens on this machine only");
  });

  test.each(["127.0.0.2", "localhost"])("takes --demo on %s", async (host) => {
    const program = runProgram(["--demo", "--port", "0", "--host", host]);
    await connectPlain(await program.ready);
  });

  test.each(["--data", "--database"])("refuses %s beside --demo", async (flag) => {
    const program = runProgram(["--demo", flag, "postgres://u:geheim@h/d"]);
    expect((await program.ended).status).toBe(2);
    expect(program.stderr()).toContain(`Leave ${flag} out, or leave --demo out.`);
    expect(program.stderr()).not.toContain("geheim");
  });

  test("says that a port is in use, and what to do, with status 1", async () => {
    const other = createTcpServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const program = runProgram(["--demo", "--port", String(port)]);
    expect(await program.ended).toEqual({ status: 1, signal: null });
    expect(program.stderr()).toMatch(/port \d+ on 127\.0\.0\.1 is in use.*\n.*--port 0/);
    expect(program.stdout()).toBe("");
  });

  test("says that an address is not this machine's, with status 1", async () => {
    const program = runProgram(["--allow-anonymous", "--host", "192.0.2.1"]);
    expect((await program.ended).status).toBe(1);
    expect(program.stderr()).toContain("192.0.2.1 is no address of this machine");
  });

  test("says what is wrong with --web-root, with status 1", async () => {
    const program = runProgram(["--demo", "--port", "0", "--web-root", "/nowhere"]);
    expect((await program.ended).status).toBe(1);
    expect(program.stderr()).toContain("/nowhere cannot be read: ENOENT");
  });

  test("prints help with examples and statuses, and its version, on stdout", async () => {
    const help = runProgram(["--help"]);
    expect((await help.ended).status).toBe(0);
    for (const part of ["--auth-max-attempts", "wsecho-server --demo", "Exit status", "WSECHO_"])
      expect(help.stdout()).toContain(part);
    expect(help.stdout()).toMatch(/--port <n> +port to listen on.*\(5678\)/);
    const version = runProgram(["--version"]);
    await version.ended;
    expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(version.stderr() + help.stderr()).toBe("");
  });
});
