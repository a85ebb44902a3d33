import { createServer, type AddressInfo, type Socket as TcpSocket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  connect,
  createSession,
  type ConnectOptions,
  type CredentialsRequest,
  type SocketListener,
  type Transport,
} from "../src/index.ts";
import { createTimers, systemClock } from "../src/clock.ts";
import { wsTransport } from "../src/ws.ts";
import { fakeClock } from "./support/clock.ts";
import { owned } from "./support/owned.ts";
import { hello, say, speakV1, startPeer } from "./support/peer.ts";
import { isType, record } from "./support/record.ts";

const admin = { username: "admin", password: "123456" };
const transports: Readonly<Record<string, ConnectOptions>> = {
  "the platform's WebSocket": {},
  "the ws package": { transport: wsTransport() },
};

for (const [name, transport] of Object.entries(transports)) {
  describe(`the deadlines over ${name}`, () => {
    it("end a connect that nobody answers, and let go of its socket", async () => {
      const tcp = createServer();
      const accepted = new Promise<TcpSocket>((resolve) => tcp.once("connection", resolve));
      await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void tcp.close());
      const { port } = tcp.address() as AddressInfo;
      const clock = fakeClock();
      const url = `ws://127.0.0.1:${String(port)}`;
      const session = createSession(url, { ...admin, ...transport, clock });
      const socket = await accepted;
      const gone = new Promise((resolve) => socket.once("close", resolve));
      socket.on("error", () => undefined).resume();
      clock.pass(9999);
      expect(session.status.kind).toBe("connecting");
      clock.pass(1);
      await expect(session.ready).rejects.toMatchObject({
        reason: { kind: "timeout", phase: "connect" },
      });
      await gone;
      expect(clock.delays()).toEqual([]);
    });

    it("end a login that the server leaves lying", async () => {
      for (const speaks of [false, true]) {
        const server = await startPeer((socket) => {
          if (speaks) say(socket, hello);
        });
        const clock = fakeClock();
        const log = record();
        const session = createSession(server.url, {
          ...admin,
          ...transport,
          clock,
          onEvent: log.onEvent,
        });
        await log.untilStatus(speaks ? "authenticating" : "greeting");
        await clock.untilDelay(30_000);
        clock.pass(30_000);
        await expect(session.ready).rejects.toMatchObject({
          reason: { kind: "timeout", phase: "login" },
        });
        expect(clock.delays()).toEqual([]);
      }
    });

    it("leave a person all the time to think", async () => {
      const server = await startPeer((socket) => speakV1(socket));
      const clock = fakeClock();
      let give: (credentials: typeof admin) => void = () => undefined;
      const asked = new Promise<void>((resolve) => {
        const session = owned(
          createSession(server.url, {
            ...transport,
            clock,
            credentials: () =>
              new Promise((given) => {
                give = given;
                resolve();
              }),
          }),
        );
        onTestFinished(() => session.ready);
      });
      await asked;
      expect(clock.delays()).toEqual([]);
      clock.pass(1e9);
      give(admin);
    });

    it("find a link that died without a word", async () => {
      const server = await startPeer((socket) =>
        speakV1(socket, ({ type }) => type === "ping" || type === "submit"),
      );
      const clock = fakeClock();
      const log = record();
      const session = await connect(server.url, {
        ...admin,
        ...transport,
        clock,
        onEvent: log.onEvent,
      });
      const asked = session.ask("never answered").catch((error: unknown) => error);
      clock.pass(25_000);
      await clock.untilDelay(10_000);
      clock.pass(10_000);
      expect(await asked).toMatchObject({ reason: { kind: "lost" } });
      expect(await session.closed).toMatchObject({ kind: "closed", code: 1006 });
      expect(log.events.filter(isType("closed"))).toMatchObject([{ code: 1006 }]);
    });

    it("keep a quiet link that answers its probes", async () => {
      const server = await startPeer((socket) => speakV1(socket));
      const clock = fakeClock();
      const session = await connect(server.url, { ...admin, ...transport, clock });
      owned(session);
      for (let probes = 0; probes < 3; probes += 1) {
        await clock.untilDelay(25_000);
        clock.pass(25_000);
      }
      expect(await session.ask("alive")).toBe("alive");
    });

    it("cut a goodbye that is not answered", async () => {
      const server = await startPeer((socket) => speakV1(socket));
      const clock = fakeClock();
      const log = record();
      const session = await connect(server.url, {
        ...admin,
        ...transport,
        clock,
        onEvent: log.onEvent,
      });
      server.sockets[0]?.pause();
      const closing = session.close();
      expect(session.status.kind).toBe("closing");
      expect(clock.delays()).toEqual([3000]);
      clock.pass(3000);
      expect(await closing).toEqual({ kind: "left" });
      expect(log.events.filter(isType("closed"))).toMatchObject([{ code: 1006 }]);
      expect(clock.delays()).toEqual([]);
    });

    it("can be shortened by the caller's signal", async () => {
      const server = await startPeer((socket) => speakV1(socket));
      const session = await connect(server.url, { ...admin, ...transport, clock: fakeClock() });
      server.sockets[0]?.pause();
      const controller = new AbortController();
      const closing = session.close({ signal: controller.signal });
      controller.abort();
      expect(await closing).toEqual({ kind: "left" });
      expect(await session.close({ signal: AbortSignal.abort() })).toEqual({ kind: "left" });
    });
  });
}

describe("a login that expires", () => {
  it("is renewed in time, by asking for credentials once more", async () => {
    const tokens: string[] = [];
    const server = await startPeer((socket) =>
      speakV1(socket, (said) => {
        if (said.type !== "auth") return false;
        tokens.push((said as unknown as { token: string }).token);
        say(socket, { type: "ok", user: "admin", expiresInMs: 1000 });
        return true;
      }),
    );
    const clock = fakeClock();
    const requests: CredentialsRequest[] = [];
    const session = await connect(server.url, {
      clock,
      credentials: (request) => {
        requests.push(request);
        return { token: `token ${String(requests.length)}` };
      },
    });
    owned(session);
    clock.pass(799);
    expect(requests).toHaveLength(1);
    clock.pass(1);
    expect(await session.ask("goes on meanwhile")).toBe("goes on meanwhile");
    await clock.untilDelay(800);
    expect(tokens).toEqual(["token 1", "token 2"]);
    expect(requests.map(({ renewal }) => renewal)).toEqual([false, true]);
  });
});

describe("a socket that was dropped", () => {
  it("is never heard again, whatever it still says", async () => {
    const listeners: SocketListener[] = [];
    const closes: string[] = [];
    const transport: Transport = (_url, _protocols, listener) => {
      listeners.push(listener);
      return {
        send: () => undefined,
        close: () => closes.push("close"),
        drop: () => closes.push("drop"),
      };
    };
    const clock = fakeClock();
    const log = record();
    const session = createSession("ws://localhost", {
      ...admin,
      transport,
      clock,
      onEvent: log.onEvent,
    });
    await log.untilStatus("connecting");
    clock.pass(10_000);
    expect(closes).toEqual(["drop"]);
    await session.closed;
    const before = [...log.events];
    for (const { opened, message, closed } of listeners) {
      opened("wsecho.v1");
      message({ type: "text", text: JSON.stringify(hello), bytes: 1 });
      closed(1000, "late");
    }
    expect(log.events).toEqual(before);
  });
});

describe("the system's clock", () => {
  it("does not fire at once for more than a timer can hold", async () => {
    let fired = false;
    const cancel = systemClock.after(2 ** 40, () => (fired = true));
    await new Promise<void>((resolve) => {
      systemClock.after(1, resolve);
    });
    cancel();
    expect(fired).toBe(false);
  });

  it("forgets a delay that is started anew or stopped", () => {
    const clock = fakeClock();
    const fired: string[] = [];
    const timers = createTimers<"a" | "b">(clock, (name) => fired.push(name));
    timers.start("a", 10);
    timers.start("b", 10);
    clock.pass(5);
    timers.start("a", 10);
    timers.stop("b");
    timers.stop("b");
    clock.pass(9);
    expect(fired).toEqual([]);
    clock.pass(1);
    expect(fired).toEqual(["a"]);
  });
});
