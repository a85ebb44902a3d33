import { expect, it } from "vitest";
import type { SessionEvent, Message } from "@wsecho/client";
import type { SocketListener } from "@wsecho/client/ws";
import { success, type Result, type StopReason } from "@wsecho/protocol";
import { createBare } from "../../src/connection/bare.ts";
import type { OpenSocket } from "../../src/connection/socket.ts";

/** A socket without a network, and what its server does. */
function openFake() {
  const did: string[] = [];
  let listener: Omit<SocketListener, "opened"> | null = null;
  const opened: OpenSocket = {
    socket: {
      send: () => did.push("send"),
      close: () => did.push("close"),
      drop: () => did.push("drop"),
    },
    protocol: "",
    listen: (given) => (listener = given),
  };
  return { opened, did, server: (): Omit<SocketListener, "opened"> => listener ?? expect.fail() };
}

const base = { maxRetries: 5, live: () => null, onEvent: () => undefined };

it("a connection that comes back when nobody wants it any more is dropped", async () => {
  const [first, second] = [openFake(), openFake()];
  const events: string[] = [];
  const asked = Promise.withResolvers<undefined>();
  const answer = Promise.withResolvers<Result<OpenSocket, StopReason>>();
  const channel = createBare({
    ...base,
    opened: first.opened,
    reopen: () => {
      asked.resolve(undefined);
      return answer.promise;
    },
    onEvent: (event: SessionEvent) => {
      if (event.type === "status") events.push(event.status.kind);
    },
  });
  first.server().closed(1006, "", undefined);
  await asked.promise;
  expect(await channel.close()).toEqual({ kind: "left" });
  answer.resolve(success(second.opened));
  await answer.promise;
  await Promise.resolve();
  expect(second.did).toEqual(["drop"]);
  expect(events).toEqual(["ready", "waiting"]);
});

it("what it keeps to know an echo by is bounded in bytes, too", async () => {
  const fake = openFake();
  const channel = createBare({ ...base, opened: fake.opened, reopen: null });
  const texts = Array.from({ length: 20 }, (_, n) => `${n} `.padEnd(1024 * 1024, "x"));
  for (const text of texts) await channel.send(text);
  for (const text of [texts.at(-1) ?? "", texts[0] ?? ""])
    fake.server().message({ type: "text", text, bytes: text.length });
  const messages: Message[] = [];
  for await (const message of channel) if (messages.push(message) === 2) break;
  expect(messages.map(({ rttMs }) => rttMs !== undefined)).toEqual([false, true]);
});
