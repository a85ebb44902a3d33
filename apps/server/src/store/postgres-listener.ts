import pg from "pg";
import { channel } from "./postgres-driver.ts";

/** Between two tries to connect; ms. Shorter ones first, for most outages are restarts. */
const retryMs = [50, 100, 200, 400, 800] as const;

/** A connection that died silently is noticed by asking; ms. */
const askEveryMs = 2000;

export interface Listener {
  stop(): Promise<void>;
}

/**
 * Calls `wake` for each notification, and after each time that it connected, for nobody keeps
 * notifications for those who are away.
 */
export function listenForChanges(config: pg.ClientConfig, wake: () => void): Listener {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let current: pg.Client | undefined;

  function connect(): void {
    const client = new pg.Client(config);
    current = client;
    let ended = false;

    const lose = (): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      client.end().catch(() => undefined);
      if (stopped) return;
      timer = setTimeout(connect, retryMs[Math.min(failures++, retryMs.length - 1)]);
    };

    const ask = (): void => {
      client.query("SELECT 1").then(() => {
        if (!ended) timer = setTimeout(ask, askEveryMs);
      }, lose);
    };

    client.on("error", lose);
    client.on("end", lose);
    client.on("notification", wake);
    client
      .connect()
      .then(() => client.query(`LISTEN ${channel}`))
      .then(() => {
        if (ended) return;
        failures = 0;
        wake();
        timer = setTimeout(ask, askEveryMs);
      })
      .catch(lose);
  }

  connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current?.end().catch(() => undefined);
    },
  };
}
