import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import {
  connect,
  createSession,
  retryDelay,
  type ConnectOptions,
  type SessionEvent,
} from "../src/index.ts";
import { wsTransport } from "../src/ws.ts";
import { fakeClock } from "./support/clock.ts";
import { owned } from "./support/owned.ts";
import { speakV1, startPeer } from "./support/peer.ts";
import { isType, record } from "./support/record.ts";

const admin = { username: "admin", password: "123456" };
/** Comes back at once. */
const eager: ConnectOptions = { ...admin, reconnect: true, random: () => 0 };

interface Plan {
  /** For each connection: how many messages it answers, where the login is one, and the end. */
  readonly cuts: readonly { readonly after: number; readonly seesLast: boolean }[];
  readonly messages: readonly { readonly resend: boolean; readonly binary: boolean }[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  cuts: fc.array(fc.record({ after: fc.nat(6), seesLast: fc.boolean() }), { maxLength: 3 }),
  messages: fc.array(fc.record({ resend: fc.boolean(), binary: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  }),
});

const key = (data: string | Uint8Array): string =>
  typeof data === "string" ? data : `bytes ${data.join()}`;

/** Plays a plan; the server counts how often it saw each message. */
async function play(plan: Plan, options: ConnectOptions) {
  const cuts = [...plan.cuts];
  const seen = new Map<string, number>();
  const talk = (socket: WebSocket): void => {
    const cut = cuts.shift();
    let answered = 0;
    speakV1(socket, ({ type, text, data = text ?? "" }) => {
      if (socket.readyState !== socket.OPEN) return true;
      const isLast = answered === cut?.after;
      if (type !== "auth" && (!isLast || cut.seesLast))
        seen.set(key(data), (seen.get(key(data)) ?? 0) + 1);
      if (isLast) socket.terminate();
      answered += 1;
      return isLast;
    });
  };
  await using server = await startPeer(talk);
  const log = record();
  const session = createSession(server.url, { ...admin, ...options, onEvent: log.onEvent });
  const outcomes = await Promise.all(
    plan.messages.map(async ({ resend, binary }, i) => {
      const data = binary ? Uint8Array.of(i) : `text ${String(i)}`;
      try {
        const reply = await session.ask(data as string, { resend });
        expect(reply).toEqual(data);
        return { data, outcome: "echoed" };
      } catch (error) {
        return { data, outcome: (error as { reason: { kind: string } }).reason.kind };
      }
    }),
  );
  await session.close();
  return { outcomes, seen, events: log.events };
}

function settledTwice(events: readonly SessionEvent[]): readonly number[] {
  const ids = events.filter(isType("settled")).map(({ id }) => id);
  return ids.filter((id, i) => ids.indexOf(id) !== i);
}

const isReady = (event: SessionEvent): boolean =>
  event.type === "status" && event.status.kind === "ready";

describe("a connection that is cut at any point", () => {
  for (const [name, transport] of [
    ["the platform's WebSocket", {}],
    ["the ws package", { transport: wsTransport() }],
  ] as const) {
    it(`[K7] settles every message exactly once, over ${name}`, async () => {
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(plans, fc.boolean(), async (plan, reconnect) => {
          const options = { ...transport, reconnect, random: () => 0 };
          const { outcomes, seen, events } = await play(plan, options);
          expect(settledTwice(events)).toEqual([]);
          // The first connect is never retried.
          const comesBack = reconnect && events.some(isReady);
          for (const [i, { data, outcome }] of outcomes.entries()) {
            const times = seen.get(key(data)) ?? 0;
            const { resend } = plan.messages[i] ?? { resend: false };
            // What was called unsent was never seen, and what was echoed was.
            if (outcome === "unsent") expect(times).toBe(0);
            if (outcome === "echoed") expect(times).toBeGreaterThan(0);
            // Nothing is seen twice that was not allowed to be.
            if (!resend) expect(times).toBeLessThanOrEqual(1);
            // Where the session comes back, what may be sent again always ends well.
            if (comesBack && resend) expect(outcome).toBe("echoed");
            met.add(outcome);
          }
        }),
        { numRuns: 60 },
      );
      expect([...met].sort()).toEqual(["echoed", "lost", "unsent"]);
    });
  }
});

describe("a reconnecting session", () => {
  it("logs in again, and waits meanwhile with the reason in its status", async () => {
    const logins: string[] = [];
    const server = await startPeer((socket) => {
      speakV1(socket, ({ type }) => {
        if (type === "auth") logins.push(type);
        return false;
      });
    });
    const log = record();
    const session = owned(await connect(server.url, { ...eager, onEvent: log.onEvent }));
    server.sockets[0]?.close(1012, "server is restarting");
    const lost = await log.until(isType("closed"));
    expect(lost).toMatchObject({ code: 1012, reason: "server is restarting" });
    expect(await session.ask("after")).toBe("after");
    expect(logins).toHaveLength(2);
    const statuses = log.events.filter(isType("status")).map(({ status }) => status);
    expect(statuses.map(({ kind }) => kind)).toEqual([
      ...["connecting", "greeting", "authenticating", "ready"],
      ...["waiting", "connecting", "greeting", "authenticating", "ready"],
    ]);
    expect(statuses[4]).toEqual({
      kind: "waiting",
      dialect: "v1",
      retryInMs: 0,
      reason: { kind: "closed", code: 1012, reason: "server is restarting" },
    });
  });

  it("[K8] reports what was lost, sends again what may be, and marks it so", async () => {
    const server = await startPeer((socket) => {
      speakV1(
        socket,
        ({ text }) => server.sockets.length === 1 && text?.startsWith("hold") === true,
      );
    });
    const log = record();
    const session = owned(await connect(server.url, { ...eager, onEvent: log.onEvent }));
    const lost = session.ask("hold 1").catch((error: unknown) => error);
    const resent = session.ask("hold 2", { resend: true });
    const isLast = (event: SessionEvent): event is SessionEvent =>
      event.type === "sent" && event.id === 2;
    await log.until(isLast);
    server.sockets[0]?.terminate();
    expect(await resent).toBe("hold 2");
    expect(await lost).toMatchObject({ reason: { kind: "lost" } });
    expect(log.events.filter(isType("sent")).map(({ id, resent: again }) => [id, again])).toEqual([
      [1, false],
      [2, false],
      [2, true],
    ]);
  });

  it("survives a server that is stopped and started again on its port", async () => {
    const first = await startPeer((socket) => speakV1(socket));
    const log = record();
    const session = owned(await connect(first.url, { ...eager, onEvent: log.onEvent }));
    await first[Symbol.asyncDispose]();
    await log.untilStatus("waiting");
    const asked = session.ask("waits for the server");
    await startPeer((socket) => speakV1(socket), { port: first.port });
    expect(await asked).toBe("waits for the server");
  });

  it("waits longer and longer, within the jitter, and then gives up", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const clock = fakeClock();
    const log = record();
    const random = (): number => 0.5;
    const limits = { maxRetries: 4 };
    const options = { ...admin, reconnect: true, clock, random, limits, onEvent: log.onEvent };
    const session = owned(await connect(server.url, options));
    await server[Symbol.asyncDispose]();
    for (const retries of [0, 1, 2, 3]) {
      const delay = retryDelay(retries, random);
      await clock.untilDelay(delay);
      expect(session.status).toMatchObject({ kind: "waiting", retryInMs: delay });
      clock.pass(delay - 1);
      expect(session.status.kind).toBe("waiting");
      clock.pass(1);
      expect(session.status.kind).toBe("connecting");
    }
    expect(await session.closed).toMatchObject({ kind: "unreachable" });
    expect(clock.delays()).toEqual([]);
    const waits = log.events
      .filter(isType("status"))
      .flatMap(({ status }) => (status.kind === "waiting" ? [status] : []));
    expect(waits.map(({ reason, retryInMs }) => [reason?.kind, retryInMs])).toEqual([
      ["closed", 250],
      ["unreachable", 500],
      ["unreachable", 1000],
      ["unreachable", 2000],
    ]);
    await expect(session.ask("too late")).rejects.toMatchObject({ reason: { kind: "unsent" } });
  });

  it("can be closed while it waits; what had left is then lost, the rest unsent", async () => {
    const server = await startPeer((socket) => speakV1(socket, ({ type }) => type === "submit"));
    const clock = fakeClock();
    const log = record();
    const random = (): number => 0.5;
    const session = await connect(server.url, {
      ...admin,
      reconnect: true,
      clock,
      random,
      onEvent: log.onEvent,
    });
    const left = session.ask("left", { resend: true }).catch((error: unknown) => error);
    await log.until(isType("sent"));
    server.sockets[0]?.terminate();
    await log.untilStatus("waiting");
    const waits = session.ask("waits").catch((error: unknown) => error);
    expect(await session.close()).toEqual({ kind: "left" });
    expect(await left).toMatchObject({ reason: { kind: "lost" } });
    expect(await waits).toMatchObject({ reason: { kind: "unsent" } });
    expect(clock.delays()).toEqual([]);
  });

  it("stops where the server says that coming back is useless", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const session = await connect(server.url, eager);
    server.sockets[0]?.close(4403, "access revoked");
    expect(await session.closed).toEqual({ kind: "closed", code: 4403, reason: "access revoked" });
    const next = session.messages().next();
    await expect(next).rejects.toMatchObject({ reason: { kind: "closed", code: 4403 } });
  });

  it("is not what a session does unless it was asked for", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const session = await connect(server.url, admin);
    server.sockets[0]?.close(1012);
    expect(await session.closed).toMatchObject({ kind: "closed", code: 1012 });
    expect(server.sockets).toHaveLength(1);
  });
});
