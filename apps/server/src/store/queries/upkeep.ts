import { nowAt, type Driver, type Now } from "../sql.ts";

export interface Retention {
  /** Ended sessions; ms. */
  readonly sessionsMs: number;
  /** Changes, for servers that could not read them meanwhile; ms. */
  readonly changesMs: number;
  /** Without a beat for so long, a server is dead; ms. */
  readonly lostMs: number;
}

export interface UpkeepQueries {
  /** Writes, for a database whose disk is full still reads. */
  check(now: Now): Promise<void>;
  tidy(now: Now, retention: Retention): Promise<void>;
}

/** Bounds the time that one statement takes, and what others wait for it. */
const rowsPerStatement = 10_000;

export function createUpkeepQueries(driver: Driver): UpkeepQueries {
  const now1 = nowAt(driver, 1);
  return {
    async check(now) {
      await driver.query(`UPDATE meta SET checked_at = ${now1}`, [now]);
    },

    async tidy(now, { sessionsMs, changesMs, lostMs }) {
      // In any order, so it must not wait for whoever counts one; see `failures.ts`.
      await driver.query(
        `DELETE FROM failures WHERE (user_key, address_key) IN (
           SELECT user_key, address_key FROM failures WHERE clear_at <= ${now1}
           ${driver.skipLocked})`,
        [now],
      );
      await driver.query(
        `DELETE FROM sessions WHERE id IN (
           SELECT s.id FROM sessions AS s LEFT JOIN servers AS v ON v.id = s.server_id
           WHERE s.started_at < ${now1} - $2 AND (
             s.ended_at < ${now1} - $2
             OR (s.ended_at IS NULL AND coalesce(v.seen_at, 0) < ${now1} - $3))
           LIMIT ${rowsPerStatement})`,
        [now, sessionsMs, lostMs],
      );
      // Its sessions stay what they are without it: lost.
      await driver.query(`DELETE FROM servers WHERE seen_at < ${now1} - $2`, [now, sessionsMs]);
      await driver.transaction(async (sql) => {
        await sql.query(
          `UPDATE meta SET forgotten_change = coalesce(
             (SELECT max(number) FROM changes WHERE at < ${now1} - $2), forgotten_change)`,
          [now, changesMs],
        );
        await sql.query("DELETE FROM changes WHERE number <= (SELECT forgotten_change FROM meta)");
      });
    },
  };
}
