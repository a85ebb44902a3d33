import type { Peer } from "../peer.ts";
import { connect, type LogIn } from "./client.ts";

export interface Way {
  readonly name: string;
  /** `null` for a connection that comes, is greeted and goes. */
  readonly logIn: LogIn | null;
  /** Logins of one round. */
  readonly logins: number;
}

/**
 * CPU time of the server's process, all its threads included, for each connection; ms. Ways take
 * turns, so that a busy machine disturbs all alike. The first round warms up.
 *
 * @returns a value for each round, by the name of the way
 */
export async function measureCost(
  peer: Peer,
  ways: readonly Way[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const url = `ws://127.0.0.1:${peer.port}`;
  const costs = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const { name, logIn, logins } of ways) {
      const before = await peer.usage();
      for (let i = 0; i < logins; i++) {
        const client = await connect(url);
        await logIn?.(client);
        await client.leave();
      }
      const after = await peer.usage();
      if (round > 0) costs.get(name)?.push((after.cpuUs - before.cpuUs) / 1000 / logins);
    }
  return costs;
}
