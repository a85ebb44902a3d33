import { afterAll, describe, expect, it } from "vitest";
import { openConnection } from "../src/connection.ts";
import { runRound } from "../src/load.ts";
import { startPeer, type Peer } from "../src/peer.ts";
import { peers as specs, whyAbsent } from "../src/peers.ts";

const peers: Peer[] = [];
afterAll(() => Promise.all(peers.map((peer) => peer.stop())));

describe("a round", () => {
  for (const spec of specs.filter(({ runtime }) => runtime === "node"))
    it.skipIf(whyAbsent(spec) !== undefined)(
      `measures ${spec.name} with every reply compared`,
      async () => {
        const peer = await startPeer(spec);
        peers.push(peer);
        const workload = { name: "w", connections: 2, inFlight: 8, bytes: 200 };
        const sockets = await Promise.all([1, 2].map(() => openConnection(peer.port, spec)));
        const before = await peer.usage();
        const round = await runRound(
          { port: peer.port, spec, workload, milliseconds: 100 },
          sockets,
        );
        const after = await peer.usage();
        for (const socket of sockets) socket.destroy();
        expect(round.messages).toBeGreaterThanOrEqual(16);
        expect(round.p99Us).toBeGreaterThanOrEqual(round.p50Us);
        expect(after.cpuUs).toBeGreaterThan(before.cpuUs);
      },
    );

  it("fails when a server answers something else", async () => {
    const bare = specs[0];
    if (bare === undefined) throw new Error("no control");
    const peer = await startPeer(bare);
    peers.push(peer);
    const spec = { ...bare, prefix: "not what it says: " };
    const workload = { name: "w", connections: 1, inFlight: 1, bytes: 10 };
    const socket = await openConnection(peer.port, spec);
    await expect(
      runRound({ port: peer.port, spec, workload, milliseconds: 50 }, [socket]),
    ).rejects.toThrow("differs");
    socket.destroy();
  });
});
