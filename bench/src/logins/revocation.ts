import type { Store } from "@wsecho/server";
import { connect, user, type LogIn } from "./client.ts";

/**
 * From the moment when somebody disables a user in another process until the session is closed; ms.
 */
export async function measureRevocation(
  url: string,
  store: Store,
  logIn: LogIn,
  rounds: number,
): Promise<readonly number[]> {
  const delays: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const client = await connect(url);
    await logIn(client);
    // Anywhere between two looks of the server at its store.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
    const startedAt = performance.now();
    await store.users.change(user, { enabled: false });
    const code = await client.closed;
    delays.push(performance.now() - startedAt);
    if (code !== 4403) throw new Error(`closed with ${code}`);
    await store.users.change(user, { enabled: true });
  }
  return delays;
}
