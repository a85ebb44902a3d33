import { once } from "node:events";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { createControl, type ControlFrame } from "../src/control.ts";
import { startBareServer } from "./support/servers.ts";

it("each ping on its way gets its pong, and who is overtaken gets none", async () => {
  const pings: Buffer[] = [];
  await using server = await startBareServer(
    (socket) => {
      socket.on("ping", (data: Buffer) => {
        pings.push(data);
        if (pings.length < 3) return;
        for (const index of [0, 2, 1]) socket.pong(pings[index]);
      });
    },
    { autoPong: false },
  );
  const pongs: ControlFrame[] = [];
  const all = Promise.withResolvers<undefined>();
  const control = createControl({
    intervalMs: null,
    timeoutMs: 10_000,
    onDead: expect.unreachable,
    onFrame: (frame) => {
      if (frame.type === "pong" && pongs.push(frame) === 3) all.resolve(undefined);
    },
  });
  const socket = new WebSocket(server.url);
  control.attach(socket);
  await once(socket, "open");
  for (const text of ["a", "b", "c"]) control.ping(Buffer.from(text));
  await all.promise;
  socket.terminate();
  expect(pongs.map(({ data, rttMs }) => [data.toString(), rttMs === undefined])).toEqual([
    ["a", false],
    ["c", false],
    ["b", true],
  ]);
});
