import { expect, it, onTestFinished } from "vitest";
import { createSession } from "@wsecho/client";
import { defaultClientLimits } from "@wsecho/protocol";
import { createServer, createMemoryUsers } from "@wsecho/server";
import { noDrawer } from "../../src/store/browser-store.ts";
import { createConnections } from "../../src/store/connections.ts";
import { forgetful } from "../../src/store/kept-login.ts";
import { createStays } from "../../src/store/stay.ts";
import { createStore } from "../../src/store/store.ts";
import { isMessage } from "../../src/session/transcript.ts";
import { cuttable } from "../support/cuttable.ts";

const { maxPending } = defaultClientLimits;

it("a try for a new connection loses what left on the old one, and sends what waited behind it", async () => {
  /** Nothing of the first connection is answered. */
  let silent = true;
  const server = createServer({
    users: await createMemoryUsers({ ada: "secret" }, 4096),
    port: 0,
    onMessage: (message, { signal }) =>
      new Promise((resolve) => {
        const reply = message.kind === "text" ? message.text : message.data;
        if (silent) signal.addEventListener("abort", () => resolve(reply));
        else resolve(reply);
      }),
  });
  const { port } = await server.listen();
  onTestFinished(() => server.close());
  await using cable = await cuttable(port);
  const store = createStore({
    id: 1,
    // It does not come back by itself before it is asked to: a delay may be as short as none.
    createSession: (url, options) => createSession(url, { ...options, random: () => 1000 }),
    now: Date.now,
    schedule: (run) => setTimeout(run),
    pageProtocol: "http:",
    ownServer: cable.url,
    stay: createStays(forgetful)(),
    fileRoom: () => 10,
    connections: createConnections(noDrawer),
    bounds: () => ({ entries: 100_000, bytes: 100_000_000 }),
    onBatch: () => undefined,
  });
  onTestFinished(store.leave);
  const reached = (kind: string) => expect.poll(() => store.view.value.status?.kind).toBe(kind);
  /** What became of the messages, with how many had it. */
  const fates = (): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const entry of store.view.value.transcript.entries)
      if (isMessage(entry) && entry.kind === "sent")
        counts[entry.fate.kind] = (counts[entry.fate.kind] ?? 0) + 1;
    return counts;
  };
  store.form.username.value = "ada";
  store.form.autoReconnect.value = true;
  store.login("secret");
  await reached("ready");
  for (let i = 1; i <= maxPending + 3; i++) store.send({ kind: "text", text: `message ${i}` });
  await expect.poll(fates).toEqual({ waiting: maxPending });
  cable.cut();
  await reached("waiting");
  silent = false;
  store.reconnect(null);
  await reached("ready");
  await expect.poll(fates).toEqual({ lost: maxPending, echoed: 3 });
  const { entries } = store.view.value.transcript;
  expect(entries.flatMap((entry) => (entry.kind === "received" ? [entry.payload] : []))).toEqual(
    [1, 2, 3].map((i) => ({ kind: "text", text: `message ${maxPending + i}` })),
  );
});
