import { expect, test } from "vitest";
import { frame, openRaw, text } from "./support/raw.ts";
import { startServer } from "./support/start-server.ts";

const pings = (count: number, from = 0): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => frame(0x89, String(from + i))));

test("answers the last of many pings in one segment, and goes on", async () => {
  const { port } = await startServer();
  const peer = await openRaw(port);
  peer.socket.write(Buffer.concat([text("admin:123456"), pings(5000), text("still here")]));
  const seen: string[] = [];
  while (seen.at(-1) !== "4999") {
    const { opcode, payload } = await peer.frame();
    if (opcode === 10) seen.push(payload.toString());
  }
  // In their order, and none twice.
  expect(seen.map(Number)).toEqual([...new Set(seen.map(Number))].sort((a, b) => a - b));
});

test("keeps few pongs for a peer that reads none, and serves it when it does", async () => {
  const { port } = await startServer();
  const peer = await openRaw(port);
  peer.socket.pause();
  // Many times what the system's buffers hold.
  const burst = Buffer.concat(Array.from({ length: 1000 }, () => frame(0x89, "x".repeat(125))));
  for (let i = 0; i < 400; i++) {
    if (peer.socket.write(burst)) continue;
    await new Promise((resolve) => peer.socket.once("drain", resolve));
  }
  peer.socket.write(frame(0x89, "the last"));
  peer.socket.resume();
  let pongs = 1;
  while ((await peer.frame()).payload.toString() !== "the last") pongs += 1;
  expect(pongs).toBeLessThan(200_000);
});
