import { expect, test } from "vitest";
import { createAddressCount } from "../src/address-count.ts";
import { soon } from "./support/soon.ts";
import { connect, refusedHandshake } from "./support/client.ts";
import { startLimited } from "./support/start-limited.ts";

const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });

test("counts connections by address, an IPv6 /64 as one, and forgets who has none", () => {
  const count = createAddressCount();
  count.add("2001:db8::1");
  count.add("2001:db8::2");
  expect(count.of("2001:db8:0:0:ffff::")).toBe(2);
  expect(count.of("2001:db8:0:1::")).toBe(0);
  count.remove("2001:db8::1");
  expect(count.of("2001:db8::")).toBe(1);
});

test("answers 429 to an address that has enough, and serves others", async () => {
  const { url, met } = await startLimited({ maxConnectionsPerAddress: 2 }, { trustProxy: 1 });
  const [first] = [
    await connect(url, [], from("192.0.2.1")),
    await connect(url, [], from("192.0.2.1")),
  ];
  const refused = await refusedHandshake(url, [], from("192.0.2.1"));
  expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "10"]);
  expect(refused.body).toContain("--trust-proxy");
  expect(met).toEqual(["max-connections-per-address"]);
  await connect(url, [], from("192.0.2.2"));
  first.socket.close();
  await first.closed;
  const again = (): Promise<boolean> =>
    connect(url, [], from("192.0.2.1")).then(
      () => true,
      () => false,
    );
  await expect.poll(again, soon).toBe(true);
});

test("believes no address that an untrusted peer claims", async () => {
  const { url } = await startLimited({ maxConnectionsPerAddress: 1 });
  await connect(url, [], from("192.0.2.1"));
  expect((await refusedHandshake(url, [], from("192.0.2.2"))).status).toBe(429);
});

test("gives the place of a refused login back", async () => {
  const { url } = await startLimited({ maxConnectionsPerAddress: 1 });
  const wrong = { headers: { Authorization: `Basic ${btoa("admin:wrong")}` } };
  for (let i = 0; i < 3; i++)
    await expect.poll(async () => (await refusedHandshake(url, [], wrong)).status, soon).toBe(401);
});

test("answers 503 where the server is full, and says when to come back", async () => {
  const { url, met } = await startLimited({ maxConnections: 1 });
  await connect(url);
  const { status, headers } = await refusedHandshake(url);
  expect([status, headers["retry-after"]]).toEqual([503, "1"]);
  expect(met).toEqual(["max-connections"]);
});
