import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PageEvent } from "../../src/session/view.ts";
import { createRawConversation } from "../../src/store/raw-conversation.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A conversation over sockets that do what a test says. */
async function converse() {
  const sockets: EventTarget[] = [];
  const events: PageEvent[] = [];
  const conversation = createRawConversation({
    url: "ws://127.0.0.1:1/",
    protocols: [],
    now: () => performance.now(),
    reconnect: true,
    open: () => {
      const socket = Object.assign(new EventTarget(), { protocol: "", extensions: "" });
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    emit: (event) => events.push(event),
  });
  await vi.advanceTimersByTimeAsync(0);
  const tell = (type: string, more: object = {}): void => {
    sockets.at(-1)?.dispatchEvent(Object.assign(new Event(type), more));
  };
  return {
    conversation,
    sockets,
    tell,
    close: (code: number) => tell("close", { code, reason: "" }),
    last: () => {
      const statuses = events.flatMap((event) => (event.type === "status" ? [event.status] : []));
      return statuses.at(-1);
    },
  };
}

it.each([
  [1001, "waiting"],
  [1006, "waiting"],
  [1000, "stopped"],
  [1008, "stopped"],
  [4403, "stopped"],
] as const)("after a close with %d it is %s", async (code, kind) => {
  const { tell, close, last } = await converse();
  tell("open");
  close(code);
  expect(last()?.kind).toBe(kind);
});

it("waits longer and longer for a server that lets it in only to cut it off", async () => {
  const { tell, close, last, sockets } = await converse();
  const waits: number[] = [];
  for (let times = 1; times <= 3; times += 1) {
    tell("open");
    close(1006);
    const ms = last()?.retryInMs ?? 0;
    waits.push(ms);
    await vi.advanceTimersByTimeAsync(ms);
    expect(sockets).toHaveLength(times + 1);
  }
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(new Set(waits).size).toBe(3);
  tell("open");
  tell("message", { data: "hello" });
  close(1006);
  expect(last()?.retryInMs).toBe(waits[0]);
});
