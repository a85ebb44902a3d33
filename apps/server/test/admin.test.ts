import { once } from "node:events";
import { Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { createAdminServer } from "../src/admin.ts";
import { silentLog, type Log } from "../src/log.ts";
import { createMetrics } from "../src/metrics.ts";
import type { Readiness } from "../src/options.ts";
import { adminOf, ask, numbers } from "./support/admin.ts";
import { connect, connectPlain, refusedHandshake } from "./support/client.ts";
import { runProgram } from "./support/program.ts";
import { soon } from "./support/soon.ts";
import { startServer } from "./support/start-server.ts";

async function startAdmin(
  readiness: () => Promise<Readiness> = () => Promise.resolve({ ready: true }),
  log: Log = silentLog,
) {
  const metrics = createMetrics();
  const admin = createAdminServer({ port: 0, readiness, metrics, log });
  onTestFinished(() => admin.close());
  return { metrics, url: await admin.listen() };
}

test("is alive, and ready as long as the server is", async () => {
  let state: Readiness = { ready: true };
  const { url } = await startAdmin(() => Promise.resolve(state));
  expect(await ask(`${url}/healthz`)).toEqual({ status: 200, body: "ok\n" });
  expect(await ask(`${url}/readyz`)).toEqual({ status: 200, body: "ready\n" });
  state = { ready: false, reason: "the user store does not answer" };
  expect(await ask(`${url}/readyz`)).toEqual({
    status: 503,
    body: "the user store does not answer\n",
  });
  expect((await ask(`${url}/healthz`)).status).toBe(200);
});

test.each<[string, Record<string, string>, number]>([
  ["a page", { Origin: "http://evil.example" }, 403],
  ["a page of its own", { Origin: "http://127.0.0.1" }, 403],
  ["a page from disk", { Origin: "null" }, 403],
  ["an image of a page", { "Sec-Fetch-Site": "cross-site" }, 403],
  ["a rebound name", { Host: "evil.example" }, 421],
  ["a person who types the address", { "Sec-Fetch-Site": "none" }, 200],
])("answers %s with headers %j: %d", async (_, headers, status) => {
  const { url } = await startAdmin();
  for (const path of ["/healthz", "/readyz", "/metrics"])
    expect((await ask(url + path, headers)).status).toBe(status);
});

test("answers 404 elsewhere, 405 to what would change something", async () => {
  const { url } = await startAdmin();
  expect((await ask(`${url}/`)).status).toBe(404);
  expect((await ask(`${url}/healthz`, {}, "POST")).status).toBe(405);
  expect(await ask(`${url}/healthz`, {}, "HEAD")).toEqual({ status: 200, body: "" });
});

test("goes on where the system cannot accept a connection, and says so", async () => {
  const listen = vi.spyOn(Server.prototype, "listen");
  const error = vi.fn<Log["error"]>();
  const { url } = await startAdmin(undefined, { ...silentLog, error });
  const http = listen.mock.contexts[0] as Server;
  listen.mockRestore();
  const failure = Object.assign(new Error("accept ENOBUFS"), { code: "ENOBUFS" });
  http.emit("error", failure);
  expect(error.mock.calls).toEqual([[{ err: failure }, "the admin listener failed"]]);
  expect((await ask(`${url}/healthz`)).status).toBe(200);
});

test("counts connections, sessions, logins, refusals, closes, messages and bytes", async () => {
  const { metrics, url: admin } = await startAdmin();
  const { url } = await startServer({ meter: metrics.meter });
  const client = await connectPlain(url);
  const stranger = await connect(url);
  stranger.send("admin:wrong");
  await stranger.next();
  await refusedHandshake(`${url}/echo`);
  client.send("hello");
  await client.next();
  const during = await numbers(admin);
  expect(during).toMatchObject({
    wsecho_connections: 2,
    wsecho_sessions: 1,
    'wsecho_logins_total{mechanism="plain",outcome="accepted"}': 1,
    'wsecho_logins_total{mechanism="plain",outcome="refused"}': 1,
    'wsecho_handshakes_refused_total{status="401"}': 1,
    'wsecho_messages_total{kind="text"}': 3,
    'wsecho_message_bytes_total{kind="text"}': "admin:123456admin:wronghello".length,
    wsecho_store_errors_total: 0,
  });
  expect(during["nodejs_eventloop_lag_seconds"]).toBeGreaterThanOrEqual(0);
  client.socket.close(4000);
  stranger.socket.close(1000);
  await expect.poll(async () => (await numbers(admin))["wsecho_connections"], soon).toBe(0);
  const after = await numbers(admin);
  expect(after).toMatchObject({
    wsecho_sessions: 0,
    'wsecho_closes_total{code="4000"}': 1,
    'wsecho_closes_total{code="1000"}': 1,
  });
  for (const direction of ["in", "out"]) {
    const name = `wsecho_socket_bytes_total{direction="${direction}"}`;
    expect(during[name]).toBeGreaterThan(100);
    expect(after[name]).toBeGreaterThan(during[name] ?? Infinity);
  }
});

test("counts what the store could not answer", async () => {
  const { metrics, url: admin } = await startAdmin();
  const users = { iterations: 4096, find: () => Promise.reject(new Error("disk on fire")) };
  const { url } = await startServer({ users, meter: metrics.meter });
  const client = await connect(url);
  client.send("admin:123456");
  await client.closed;
  expect(await numbers(admin)).toMatchObject({
    wsecho_store_errors_total: 1,
    'wsecho_logins_total{mechanism="plain",outcome="unavailable"}': 1,
  });
});

test("is opened by the program, says that it drains, and ends with it", async () => {
  const program = runProgram(["--demo", "--port", "0", "--admin-port", "0"]);
  const client = await connectPlain(await program.ready);
  const admin = await adminOf(program);
  expect((await ask(`${admin}/readyz`)).status).toBe(200);
  expect((await numbers(admin))["wsecho_sessions"]).toBe(1);
  // It does not answer the close, so that the end takes a while.
  client.socket.pause();
  program.child.kill("SIGTERM");
  await expect
    .poll(() => ask(`${admin}/readyz`), soon)
    .toEqual({ status: 503, body: "the server is shutting down\n" });
  client.socket.terminate();
  expect((await program.ended).status).toBe(0);
});

test("says that its port is in use, with status 1", async () => {
  const other = createTcpServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const program = runProgram(["--demo", "--port", "0", "--admin-port", String(port)]);
  expect((await program.ended).status).toBe(1);
  expect(program.stderr()).toContain(`port ${port} on 127.0.0.1 is in use`);
  expect(program.stdout()).toBe("");
});
