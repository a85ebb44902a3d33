import { fileURLToPath } from "node:url";
import { plainTexts } from "@wsecho/protocol";
import { afterAll, describe, expect, it } from "vitest";
import { openConnection } from "../src/connection.ts";
import { runRound } from "../src/load.ts";
import { startPeer, type Peer, type PeerSpec } from "../src/peer.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const bare: PeerSpec = { name: "bare ws", args: [path("../src/servers/bare-ws.ts")], prefix: "" };
const ours: PeerSpec = {
  name: "wsecho",
  args: [
    "--conditions=@wsecho/source",
    path("../../apps/server/src/main.ts"),
    "--demo",
    "--port",
    "0",
  ],
  login: { send: "admin:123456", expect: plainTexts.accepted },
  prefix: plainTexts.prefix,
};

const peers: Peer[] = [];
afterAll(() => Promise.all(peers.map((peer) => peer.stop())));

describe("a round", () => {
  it.each([bare, ours])("measures $name with every reply compared", async (spec) => {
    const peer = await startPeer(spec);
    peers.push(peer);
    const workload = { name: "w", connections: 2, inFlight: 8, bytes: 200 };
    const sockets = await Promise.all([1, 2].map(() => openConnection(peer.port, spec.login)));
    const before = await peer.usage();
    const round = await runRound({ port: peer.port, spec, workload, milliseconds: 100 }, sockets);
    const after = await peer.usage();
    for (const socket of sockets) socket.destroy();
    expect(round.messages).toBeGreaterThanOrEqual(16);
    expect(round.p99Us).toBeGreaterThanOrEqual(round.p50Us);
    expect(after.cpuUs).toBeGreaterThan(before.cpuUs);
  });

  it("fails when a server answers something else", async () => {
    const peer = await startPeer(bare);
    peers.push(peer);
    const spec = { ...bare, prefix: "not what it says: " };
    const workload = { name: "w", connections: 1, inFlight: 1, bytes: 10 };
    const socket = await openConnection(peer.port, undefined);
    await expect(
      runRound({ port: peer.port, spec, workload, milliseconds: 50 }, [socket]),
    ).rejects.toThrow("differs");
    socket.destroy();
  });
});
