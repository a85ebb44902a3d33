import { createHook } from "node:async_hooks";
import { connect as connectTcp } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createVerifier } from "@wsecho/protocol/scram";
import { expect, test } from "vitest";
import type { UserStore } from "../src/index.ts";
import { nodeScramCrypto } from "../src/scram-crypto.ts";
import { frame, handshake, header, text } from "./support/raw.ts";
import { soon } from "./support/soon.ts";
import { startServer } from "./support/start-server.ts";

const sessions = 10_000;
const atATime = 50;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** One round: what a login costs is not what is looked at here. */
async function cheapUsers(): Promise<UserStore> {
  const options = { salt: Buffer.alloc(16), iterations: 1, minIterations: 1 };
  const verifier = await createVerifier(nodeScramCrypto, "123456", options);
  if (!verifier.ok) throw new Error(verifier.error.message);
  const admin = { name: "admin", verifier: verifier.value };
  return {
    iterations: 1,
    find: (name) => Promise.resolve(name === "admin" ? admin : undefined),
  };
}

const plain = Buffer.from(handshake());
const v1 = Buffer.from(handshake({ "Sec-WebSocket-Protocol": "wsecho.v1" }));
const echo = Buffer.from(handshake({}, "GET /echo HTTP/1.1"));
const login = text("admin:123456");
const v1Login = text('{"type":"auth","mechanism":"plain","user":"admin","password":"123456"}');
const submit = text('{"type":"submit","id":1,"text":"hello"}');
const close = frame(0x88, Buffer.of(0x03, 0xe8));

/** What a peer sends, and whether it leaves without a word once something has come back. */
const ways: readonly (readonly [bytes: Buffer, leaves: boolean])[] = [
  [Buffer.concat([plain, login, text("hello"), close]), false],
  [Buffer.concat([v1, v1Login, submit, close]), false],
  [Buffer.concat([echo, text("hello"), close]), false],
  [Buffer.concat([plain, text("admin:wrong"), close]), false],
  [Buffer.concat([plain, login, text("hello"), frame(0x81, Buffer.of(0xff))]), false],
  [Buffer.concat([v1, text("no JSON"), close]), false],
  [Buffer.from(handshake({ "Sec-WebSocket-Version": "8" })), false],
  [Buffer.concat([plain, login, text("hello")]), true],
  [Buffer.concat([v1, v1Login, submit, header(0x81, 1000)]), true],
  [Buffer.concat([echo, frame(0x01, "half")]), true],
];

function visit(port: number, [bytes, leaves]: (typeof ways)[number]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    socket.on("data", () => {
      if (leaves) socket.resetAndDestroy();
    });
    socket.on("close", () => resolve());
    socket.write(bytes);
  });
}

/** The timers that exist, those too that would not keep the process alive. */
function watchTimers() {
  const live = new Set<number>();
  const hook = createHook({
    init: (id, type) => {
      if (type === "Timeout") live.add(id);
    },
    destroy: (id) => void live.delete(id),
  });
  hook.enable();
  return { live, stop: () => hook.disable() };
}

test("nothing of 10 000 sessions is left, however they end: no socket, no timer, no listener", async () => {
  const contexts: WeakRef<object>[] = [];
  const { port, server, log } = await startServer<object>({
    users: await cheapUsers(),
    allowAnonymous: true,
    limits: { closeTimeoutMs: 5000 },
    // A context belongs to its session alone: whatever holds that, a listener say, holds this.
    context: () => {
      const context = {};
      contexts.push(new WeakRef(context));
      return context;
    },
    onMessage: (message) => (message.kind === "text" ? message.text : message.data),
  });
  const timers = watchTimers();
  const crowd = async (count: number): Promise<void> => {
    let started = 0;
    const come = async (): Promise<void> => {
      for (let i = started++; i < count; i = started++)
        await visit(port, ways[i % ways.length] ?? [plain, true]);
    };
    await Promise.all(Array.from({ length: atATime }, come));
  };
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((type) => /TCP|Pipe|Req/.test(type)).length;
  const count = (message: string): number => log.filter((each) => each.message === message).length;
  const allClosed = (): boolean => count("connected") === count("closed");

  // What the first ones make once and for all is nobody's leftover.
  await crowd(200);
  await expect.poll(allClosed, soon).toBe(true);
  const [socketsBefore, timersBefore] = [sockets(), timers.live.size];

  await crowd(sessions);
  await expect.poll(allClosed, soon).toBe(true);
  expect(count("connected")).toBe((sessions + 200) * 0.9);
  expect(contexts.length).toBeGreaterThan(sessions / 3);
  await expect.poll(sockets, soon).toBeLessThanOrEqual(socketsBefore);
  await expect.poll(() => timers.live.size, soon).toBeLessThanOrEqual(timersBefore + 3);
  const held = (): number => {
    collectGarbage();
    return contexts.filter((each) => each.deref() !== undefined).length;
  };
  await expect.poll(held, soon).toBeLessThan(10);
  timers.stop();
  await server.close();
}, 120_000);
