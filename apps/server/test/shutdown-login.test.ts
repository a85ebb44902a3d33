import { expect, test } from "vitest";
import { connect, refusedHandshake } from "./support/client.ts";
import { soon } from "./support/soon.ts";
import { startServer, testUsers } from "./support/start-server.ts";

test("stops while logins are being checked, in sessions and at handshakes, and lets nobody in after it", async () => {
  const known = await testUsers();
  const asked: (() => void)[] = [];
  const { url, server, log } = await startServer({
    users: {
      iterations: known.iterations,
      find: async (name) => {
        await new Promise<void>((resolve) => asked.push(resolve));
        return known.find(name);
      },
    },
  });
  const plain = await connect(url);
  plain.send("admin:123456");
  const v1 = await connect(url, "wsecho.v1");
  await v1.nextJson();
  v1.sendJson({ type: "auth", mechanism: "plain", user: "admin", password: "123456" });
  const challenged = await connect(url, "wsecho.v1");
  await challenged.nextJson();
  challenged.sendJson({
    type: "auth",
    mechanism: "scram-sha-256",
    data: "n,,n=admin,r=0123456789",
  });
  const headers = { Authorization: `Basic ${btoa("admin:123456")}` };
  const handshakes = ["/", "/echo"].map((path) => refusedHandshake(url + path, [], { headers }));
  await expect.poll(() => asked.length, soon).toBe(5);

  const closed = server.close();
  for (const client of [plain, v1, challenged])
    expect(await client.closed).toEqual({ code: 1001, reason: "server is shutting down" });
  for (const { status } of await Promise.all(handshakes)) expect(status).toBe(503);
  for (const answer of asked) answer();
  await closed;
  expect(log.filter(({ message }) => message === "login accepted")).toEqual([]);
  expect(log.filter(({ level }) => level === "error")).toEqual([]);
});
