import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { startPostgres } from "@wsecho/testkit/postgres";
import { startTeam } from "@wsecho/testkit/team";
import { adminOf, ask, numbers } from "../support/admin.ts";
import { makeCertificate, writeFiles } from "../support/certificates.ts";
import { connect, connectPlain, logInByScram, refusedHandshake } from "../support/client.ts";
import { runProgram } from "../support/program.ts";
import { soon } from "../support/soon.ts";
import { writeConfig } from "../support/write-config.ts";
import { entries, greeted, isRunning, oneInEach, pidOf, startPool } from "./support.ts";

const echoed = (text: string): string => `your submit context: ${text}`;

/** What workers run before anything else, to make some of them die; `id` counts all from 1. */
const preload = (script: string) => {
  const module = `import cluster from "node:cluster"; const id = cluster.worker?.id; ${script}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(module)}` };
};

describe("serving", () => {
  test("shares one port, says so once when all listen, and answers what it took before it ends", async () => {
    const pool = await startPool();
    expect(entries(pool.program, "a worker listens").map(({ worker }) => worker)).toHaveLength(2);
    const clients = await oneInEach(pool);
    const texts = Array.from({ length: 300 }, (_, i) => `m${i}`);
    for (const client of clients) client.send(...texts);
    // They are under way: the first has been answered.
    for (const client of clients) expect(await client.next()).toBe(echoed("m0"));
    const ended = pool.stop();
    for (const client of clients) {
      expect((await client.closed).code).toBe(1001);
      // What came before the close was answered in order, each once.
      expect(client.rest()).toEqual(texts.slice(1, client.rest().length + 1).map(echoed));
    }
    expect(await ended).toEqual({ status: 0, signal: null });
    expect(pool.program.stdout()).toBe(`wsecho-server is ready at ${pool.url}\n`);
  });

  test("has the same users in each worker, also those who do not exist", async () => {
    const pool = await startPool();
    const clients = await oneInEach(pool, greeted);
    const salts = async (user: string): Promise<readonly string[]> =>
      Promise.all(
        clients.map(async (client) => {
          const { challenge } = await logInByScram(client, user, "wrong");
          return /s=([^,]+)/.exec(String(challenge["data"]))?.[1] ?? "";
        }),
      );
    for (const client of clients) await client.nextJson();
    for (const user of ["admin", "nobody"]) {
      const [first, second] = await salts(user);
      expect(first).toBe(second);
    }
    for (const client of clients)
      expect((await logInByScram(client, "admin", "123456")).proven.ok).toBe(true);
  });

  test("shares the store: who is disabled is out in each worker, whoever fails waits in each", async () => {
    const team = await startTeam({
      users: { ada: "a long password" },
      flags: ["--workers", "2"],
    });
    onTestFinished(() => team[Symbol.asyncDispose]());
    const sessions = await Promise.all(Array.from({ length: 4 }, () => connect(team.url)));
    for (const session of sessions) {
      session.send("ada:a long password", "hello");
      await session.next();
      expect(await session.next()).toBe(echoed("hello"));
    }
    await team.command("users disable ada");
    for (const session of sessions) expect((await session.closed).code).toBe(4403);
    const guess = async (name: string): Promise<readonly number[]> => {
      for (let i = 0; i < 3; i++) {
        const client = await connect(team.url);
        client.send(`${name}:wrong`);
        await client.next();
        client.socket.close();
      }
      const headers = { Authorization: `Basic ${btoa(`${name}:wrong`)}` };
      const ask = async () => (await refusedHandshake(team.url, [], { headers })).status;
      return [await ask(), await ask()];
    };
    // The wait is a second, which this may take on a busy machine: then the next name will show it.
    let names = 0;
    await expect.poll(() => guess(`eve-${++names}`), { timeout: 30_000 }).toEqual([429, 429]);
  });

  test("shares PostgreSQL too", { timeout: 60_000 }, async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const env = { WSECHO_DATABASE: postgres.url, WSECHO_ITERATIONS: "4096" };
    const command = async (line: string, input = ""): Promise<void> => {
      const program = runProgram(["users", ...line.split(" ")], env, input);
      expect((await program.ended).status).toBe(0);
    };
    await command("add ada --password-stdin", "a long password");
    const pool = await startPool([], env);
    const sessions = await oneInEach(pool, async (url) => {
      const client = await connect(url);
      client.send("ada:a long password");
      expect(await client.next()).toContain("congratulation");
      return client;
    });
    await command("disable ada");
    for (const session of sessions) expect((await session.closed).code).toBe(4403);
    expect((await pool.stop()).status).toBe(0);
    expect(pool.program.stderr()).not.toContain(new URL(postgres.url).password);
  });

  test("speaks TLS in each worker, and each takes a new certificate", async () => {
    const [old, renewed] = await Promise.all(["old", "new"].map((name) => makeCertificate(name)));
    const { path, write } = writeFiles({ "cert.pem": old?.cert ?? "", "key.pem": old?.key ?? "" });
    const flags = ["--demo", "--tls-cert", path("cert.pem"), "--tls-key", path("key.pem")];
    const pool = await startPool(flags);
    const ca = [old?.cert ?? "", renewed?.cert ?? ""];
    const logIn = async (url: string) => {
      const client = await connect(url, [], { ca });
      client.send("admin:123456");
      expect(await client.next()).toContain("congratulation");
      return client;
    };
    const before = await oneInEach(pool, logIn);
    write({ "cert.pem": renewed?.cert ?? "", "key.pem": renewed?.key ?? "" });
    pool.program.child.kill("SIGHUP");
    const reloaded = () => entries(pool.program, "the settings have been reloaded").length;
    await expect.poll(reloaded, soon).toBe(1);
    await oneInEach(pool, async (url) => {
      const client = await connect(url, [], { ca: renewed?.cert ?? "" });
      return client;
    });
    for (const client of before) {
      client.send("still here");
      expect(await client.next()).toBe(echoed("still here"));
    }
    expect((await pool.stop()).status).toBe(0);
  });

  test("divides the connections between the workers", async () => {
    const pool = await startPool(["--demo", "--max-connections", "2"]);
    await oneInEach(pool);
    for (let i = 0; i < 2; i++) expect((await refusedHandshake(pool.url)).status).toBe(503);
  });
});

describe("a worker that dies", () => {
  test("takes only its sessions with it, and is replaced on the same port", async () => {
    const pool = await startPool();
    const { program } = pool;
    const [lost, other] = await oneInEach(pool);
    process.kill(pidOf(program, 1), "SIGKILL");
    expect((await lost.closed).code).toBe(1006);
    await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(3);
    other.send("still here");
    expect(await other.next()).toBe(echoed("still here"));
    expect(entries(program, "a worker died and will be replaced")).toMatchObject([
      { worker: 1, signal: "SIGKILL" },
    ]);
    for (const client of await oneInEach(pool)) {
      client.send("again");
      expect(await client.next()).toBe(echoed("again"));
    }
    expect((await pool.stop()).status).toBe(0);
  });

  test("is replaced on the same port where the other dies, too", async () => {
    const pool = await startPool();
    const { program } = pool;
    for (const worker of [1, 2]) process.kill(pidOf(program, worker), "SIGKILL");
    await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(4);
    for (const client of await oneInEach(pool)) {
      client.send("again");
      expect(await client.next()).toBe(echoed("again"));
    }
  });

  test("is missed by /readyz, and what it had counted is not forgotten", async () => {
    const pool = await startPool(["--demo", "--admin-port", "0"]);
    const { program } = pool;
    const admin = await adminOf(program);
    expect(await ask(`${admin}/readyz`)).toEqual({ status: 200, body: "ready\n" });
    const clients = await oneInEach(pool);
    for (const client of clients) {
      client.send("counted");
      await client.next();
    }
    const texts = 'wsecho_messages_total{kind="text"}';
    const before = await numbers(admin);
    expect(before).toMatchObject({ wsecho_workers: 2, wsecho_sessions: 2 });
    expect(before[texts]).toBeGreaterThanOrEqual(4);
    // It keeps its connections, but says nothing more.
    process.kill(pidOf(program, 1), "SIGSTOP");
    expect(await ask(`${admin}/readyz`)).toEqual({
      status: 503,
      body: "worker 1 does not answer\n",
    });
    process.kill(pidOf(program, 1), "SIGKILL");
    await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(3);
    await expect.poll(async () => (await ask(`${admin}/readyz`)).status, soon).toBe(200);
    const after = await numbers(admin);
    expect(after).toMatchObject({
      wsecho_workers: 2,
      wsecho_worker_deaths_total: 1,
      wsecho_sessions: 1,
      [texts]: before[texts],
    });
  });

  test("ends the program where all die at once, and others instead of them too", async () => {
    // The first two live; those that follow do not.
    const script = "if (id > 2) process.exit(7);";
    const pool = await startPool(["--demo"], preload(script));
    for (const worker of [1, 2]) process.kill(pidOf(pool.program, worker), "SIGKILL");
    expect(await pool.program.ended).toEqual({ status: 1, signal: null });
    expect(pool.program.stderr()).toContain("all workers died, and every other at once");
    expect(entries(pool.program, "a worker died and will be replaced").at(-1)).toMatchObject({
      status: 7,
    });
  });

  test("ends the program where it dies before the program was ready", async () => {
    const script = "if (id === 2) process.exit(7);";
    const program = runProgram(["--demo", "--port", "0", "--workers", "2"], preload(script));
    expect(await program.ended).toEqual({ status: 1, signal: null });
    expect(program.stderr()).toContain('a worker ended before it listened: {"status":7}');
    expect(program.stdout()).toBe("");
  });

  test("does not outlive the primary", async () => {
    const pool = await startPool();
    const pids = [1, 2].map((worker) => pidOf(pool.program, worker));
    pool.program.child.kill("SIGKILL");
    await expect.poll(() => pids.filter(isRunning), soon).toEqual([]);
  });
});

describe("signals", () => {
  test("SIGHUP reaches every worker: all new settings, or none", async () => {
    const old = { demo: true, "max-message": "1KiB", "auth-max-attempts": 5 };
    const config = writeConfig(old);
    const pool = await startPool(["--config", config, "--idle-timeout", "7s"]);
    const { program, url } = pool;
    const limits = async () =>
      Promise.all(
        (await oneInEach(pool, greeted)).map(async (client) => (await client.nextJson())["limits"]),
      );
    const hangUp = async (message: string) => {
      program.child.kill("SIGHUP");
      await expect.poll(() => entries(program, message).length, soon).toBe(1);
      return entries(program, message)[0];
    };
    const [client] = await oneInEach(pool);
    writeFileSync(config, JSON.stringify({ ...old, "max-message": "2KiB", workers: 3 }));
    expect(await hangUp("the settings have been reloaded")).toMatchObject({
      changed: ["max-message"],
    });
    expect(entries(program, "these settings have changed, but need a restart")).toEqual([]);
    const renewed = { maxMessageBytes: 2048, maxAttempts: 5, idleTimeoutMs: 7000 };
    expect(await limits()).toMatchObject([renewed, renewed]);

    writeFileSync(config, JSON.stringify({ ...old, "max-mesage": "3KiB" }));
    const refused = await hangUp("the settings are wrong; the old ones stay in use");
    expect(String(refused?.["detail"])).toContain("did you mean max-message?");
    // A worker that comes later goes by what the others go by, not by the file.
    process.kill(pidOf(program, 1), "SIGKILL");
    await client.closed;
    await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(3);
    expect(await limits()).toMatchObject([renewed, renewed]);
    expect((await connectPlain(url)).socket.readyState).toBe(1);
  });

  test("SIGHUP reaches a worker that is just starting", async () => {
    const config = writeConfig({ demo: true });
    // The third one, which replaces the first, listens when it is told.
    const held = `import { Server } from "node:net";
      const { listen } = Server.prototype;
      if (id === 3) Server.prototype.listen = function (...args) {
        process.once("SIGUSR2", () => listen.apply(this, args));
        process.stderr.write(\`held: \${process.pid}\\n\`);
        return this;
      };`;
    const pool = await startPool(["--config", config], preload(held));
    const { program } = pool;
    process.kill(pidOf(program, 1), "SIGKILL");
    await expect.poll(program.stderr, soon).toMatch(/held: \d+\n/);
    writeFileSync(config, JSON.stringify({ demo: true, "auth-max-attempts": 2 }));
    program.child.kill("SIGHUP");
    const reloaded = () => entries(program, "the settings have been reloaded").length;
    await expect.poll(reloaded, soon).toBe(1);
    process.kill(Number(/held: (\d+)/.exec(program.stderr())?.[1]), "SIGUSR2");
    await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(3);
    for (const client of await oneInEach(pool, greeted))
      expect((await client.nextJson())["limits"]).toMatchObject({ maxAttempts: 2 });
  });

  test("a terminal's SIGINT, which every process gets, drains once and ends with 0", async () => {
    const pool = await startPool();
    const clients = await oneInEach(pool);
    for (const worker of [1, 2]) process.kill(pidOf(pool.program, worker), "SIGINT");
    for (const client of clients) {
      client.send("not yet");
      expect(await client.next()).toBe(echoed("not yet"));
    }
    pool.program.child.kill("SIGINT");
    for (const client of clients) expect((await client.closed).code).toBe(1001);
    expect(await pool.program.ended).toEqual({ status: 0, signal: null });
  });

  test("a second signal ends all at once", async () => {
    const pool = await startPool(["--demo", "--restarting"]);
    const [client] = await oneInEach(pool);
    const pids = [1, 2].map((worker) => pidOf(pool.program, worker));
    client.socket.pause();
    pool.program.child.kill("SIGTERM");
    await expect.poll(() => pool.program.stderr(), soon).toContain("once more ends it at once");
    pool.program.child.kill("SIGTERM");
    expect(await pool.program.ended).toEqual({ status: 143, signal: null });
    await expect.poll(() => pids.filter(isRunning), soon).toEqual([]);
  });
});

describe("starting", () => {
  test("says once that a port is in use, with status 1", async () => {
    const other = createTcpServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const program = runProgram(["--demo", "--port", String(port), "--workers", "2"]);
    expect(await program.ended).toEqual({ status: 1, signal: null });
    expect(program.stderr().match(/is in use/g)).toHaveLength(1);
    expect(program.stdout()).toBe("");
  });

  test("refuses fewer connections than workers, with status 2", async () => {
    const program = runProgram(["--demo", "--workers", "2", "--max-connections", "1"]);
    expect((await program.ended).status).toBe(2);
    expect(program.stderr()).toContain("--max-connections must be at least --workers");
  });

  test("hides the password of --database from the process list in the workers too", async () => {
    const script = "if (id) process.stderr.write(`args:${process.argv.slice(2)}\\n`);";
    const pool = await startPool(["--demo"], preload(script));
    expect(pool.program.stderr().match(/args:.*/g)).toEqual(
      Array(2).fill("args:worker-of-wsecho-server"),
    );
  });
});
