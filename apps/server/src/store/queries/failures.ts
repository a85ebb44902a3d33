import { nowAt, numberOf, textOf, type Driver, type Now, type Row } from "../sql.ts";
import type { FailureDecay } from "../store.ts";

/** Hashes, never empty. */
export interface FailureKeys {
  readonly user: string;
  readonly address: string;
}

/** Of one counter: how long until all is forgotten, and how long ago the last one was; ms. */
export interface Debt {
  readonly owedMs: number;
  readonly ageMs: number;
}

/** A counter that is missing has nothing to forget. */
export interface Debts {
  readonly pair?: Debt;
  readonly address?: Debt;
  readonly all?: Debt;
}

export interface FailureQueries {
  addFailure(now: Now, keys: FailureKeys, decay: FailureDecay): Promise<Debts>;
  readFailures(now: Now, keys: FailureKeys): Promise<Debts>;
  forgiveFailure(keys: FailureKeys, decay: FailureDecay): Promise<void>;
  forgetUserFailures(user: string): Promise<void>;
}

/**
 * No counter goes higher, or who hammers a locked door would lock it for years.
 * At most so many failures are remembered.
 */
export const maxFailures = 10_000;

/**
 * How far a failure may lie in the future; ms. Statements that waited for each other see the time
 * run backwards by a little. More is a clock that was set back, and nobody stays out for that.
 */
const skewMs = 60_000;

/*
 * One number is a counter that leaks: `clear_at`, when the count is back to zero. Each failure puts
 * it off by the time one failure is remembered. So adding is one statement, exact under
 * concurrency, and decay needs nobody to run it. Rows are (user, address), ('', address) and ('',
 * ''), always locked in this order, which no two statements can turn into a deadlock.
 */
export function createFailureQueries(driver: Driver): FailureQueries {
  const toDebts = (rows: readonly Row[]): Debts => {
    const debts: { pair?: Debt; address?: Debt; all?: Debt } = {};
    for (const row of rows) {
      const age = numberOf(row, "age");
      if (age < -skewMs) continue;
      // Counted as of the last failure, where that is ahead of us.
      const ahead = Math.max(0, -age);
      const debt = { owedMs: numberOf(row, "owed") - ahead, ageMs: age + ahead };
      if (textOf(row, "user_key") !== "") debts.pair = debt;
      else if (textOf(row, "address_key") !== "") debts.address = debt;
      else debts.all = debt;
    }
    return debts;
  };

  const now1 = nowAt(driver, 1);
  const each = "(excluded.clear_at - excluded.last_at)";
  const add = `
    INSERT INTO failures AS f (user_key, address_key, last_at, clear_at) VALUES
      ($2, $3, ${now1}, ${now1} + $4),
      ('', $3, ${now1}, ${now1} + $5),
      ('', '', ${now1}, ${now1} + $6)
    ON CONFLICT (user_key, address_key) DO UPDATE SET
      last_at = CASE
        WHEN f.last_at BETWEEN excluded.last_at AND excluded.last_at + ${skewMs} THEN f.last_at
        ELSE excluded.last_at
      END,
      clear_at = CASE
        WHEN f.clear_at <= excluded.last_at OR f.last_at > excluded.last_at + ${skewMs}
        THEN excluded.clear_at
        WHEN f.clear_at - excluded.last_at >= ${each} * ${maxFailures - 1}
        THEN excluded.last_at + ${each} * ${maxFailures}
        ELSE f.clear_at + ${each}
      END
    RETURNING user_key, address_key, clear_at - last_at AS owed, 0 AS age`;

  const read = `
    SELECT user_key, address_key, clear_at - ${now1} AS owed, ${now1} - last_at AS age
    FROM failures
    WHERE (user_key = $2 AND address_key = $3) OR (user_key = '' AND address_key IN ($3, ''))`;

  const takeBack = `
    UPDATE failures SET clear_at = clear_at - $2 WHERE user_key = '' AND address_key = $1`;

  return {
    async addFailure(now, { user, address }, { pairMs, addressMs, allMs }) {
      return toDebts(await driver.query(add, [now, user, address, pairMs, addressMs, allMs]));
    },

    async readFailures(now, { user, address }) {
      return toDebts(await driver.query(read, [now, user, address]));
    },

    forgiveFailure: ({ user, address }, { addressMs, allMs }) =>
      driver.transaction(async (sql) => {
        await sql.query("DELETE FROM failures WHERE user_key = $1 AND address_key = $2", [
          user,
          address,
        ]);
        await sql.query(takeBack, [address, addressMs]);
        await sql.query(takeBack, ["", allMs]);
      }),

    async forgetUserFailures(user) {
      await driver.query("DELETE FROM failures WHERE user_key = $1", [user]);
    },
  };
}
