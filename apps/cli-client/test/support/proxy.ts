import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import type { WireRecord } from "@wsecho/wire";
import type { Held } from "../../src/proxy/engine.ts";
import { startProxy, type Proxy, type ProxyOptions } from "../../src/proxy/proxy.ts";
import { createRulebook, type Rulebook } from "../../src/proxy/rulebook.ts";
import { parseRule } from "../../src/proxy/rules-file.ts";

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly proxy: Proxy;
  readonly rulebook: Rulebook;
  readonly records: readonly WireRecord[];
  readonly held: readonly Held[];
  readonly said: readonly string[];
}

export async function startTestProxy({
  target,
  rules = [],
  ...options
}: Partial<Omit<ProxyOptions, "target">> & {
  readonly target?: string;
  readonly rules?: readonly object[];
}): Promise<TestProxy> {
  const records: WireRecord[] = [];
  const held: Held[] = [];
  const said: string[] = [];
  const rulebook = createRulebook(
    rules.map((rule) => {
      const parsed = parseRule(JSON.stringify(rule));
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value;
    }),
  );
  const proxy = await startProxy({
    host: "127.0.0.1",
    port: 0,
    target: target === undefined ? undefined : new URL(target),
    keepHost: true,
    maxConnections: 100,
    tls: {},
    nearTls: undefined,
    rulebook,
    record: (record) => records.push(record),
    onHeld: (one) => held.push(one),
    say: (text) => said.push(text),
    ...options,
  });
  if (!proxy.ok) throw new Error(proxy.error);
  const { port } = proxy.value;
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    proxy: proxy.value,
    rulebook,
    records,
    held,
    said,
    [Symbol.asyncDispose]: () => proxy.value.close(),
  };
}

/** What one TCP connection carried. */
export interface Leg {
  readonly c2s: Buffer[];
  readonly s2c: Buffer[];
}

/** A bare forwarder that keeps every byte; its legs are in the order of the connections. */
export async function startWiretap(
  port: number,
): Promise<AsyncDisposable & { readonly port: number; readonly legs: readonly Leg[] }> {
  const legs: Leg[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const leg: Leg = { c2s: [], s2c: [] };
    legs.push(leg);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => (near.destroy(), far.destroy()));
    }
    near.on("data", (bytes: Buffer) => (leg.c2s.push(Buffer.from(bytes)), far.write(bytes)));
    far.on("data", (bytes: Buffer) => (leg.s2c.push(Buffer.from(bytes)), near.write(bytes)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    legs,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      for (const socket of sockets) socket.destroy();
      server.close();
      await closed;
    },
  };
}
