import {
  nowAt,
  numberOf,
  onlyRow,
  textOf,
  type Driver,
  type Now,
  type Row,
  type Sql,
} from "../sql.ts";

export type ChangeKind = "user" | "closeSession" | "signingKeys";

export interface LoggedChange {
  readonly number: number;
  readonly kind: string;
  /** Whom or what it is about. */
  readonly subject: string;
}

export interface ChangePage {
  /** Whether nothing since was removed from the log. */
  readonly complete: boolean;
  readonly changes: readonly LoggedChange[];
  /** From where to go on. */
  readonly next: number;
}

/** Enough for one answer; who gets as many asks again. */
export const changesPerPage = 1000;

/**
 * Writes something with its entry in the log of changes. Numbering comes first and locks: so
 * changes are numbered in the order in which they become visible, and who has read up to one of
 * them has missed none. `write` gets the number, and says whether there was anything to change.
 */
export function recordChange<T>(
  driver: Driver,
  now: Now,
  entry: { readonly kind: ChangeKind; readonly subject: string },
  write: (sql: Sql, number: number) => Promise<{ readonly changed: boolean; readonly result: T }>,
): Promise<T> {
  return driver.transaction(async (sql) => {
    const number = numberOf(
      onlyRow(
        await sql.query("UPDATE meta SET last_change = last_change + 1 RETURNING last_change"),
      ),
      "last_change",
    );
    const { changed, result } = await write(sql, number);
    if (changed) {
      await sql.query(
        `INSERT INTO changes (number, kind, subject, at)
         VALUES ($1, $2, $3, ${nowAt(driver, 4)})`,
        [number, entry.kind, entry.subject, now],
      );
      if (driver.notify !== null) await sql.query(driver.notify);
    }
    return result;
  }, true);
}

export interface ChangeQueries {
  /** The number of the last change. */
  lastChange(): Promise<number>;
  /** Oldest first. */
  changesAfter(number: number): Promise<ChangePage>;
}

function toChange(row: Row): LoggedChange {
  return {
    number: numberOf(row, "number"),
    kind: textOf(row, "kind"),
    subject: textOf(row, "subject"),
  };
}

export function createChangeQueries(driver: Driver): ChangeQueries {
  const readMeta = async (): Promise<{ readonly last: number; readonly forgotten: number }> => {
    const row = onlyRow(await driver.query("SELECT last_change, forgotten_change FROM meta"));
    return {
      last: numberOf(row, "last_change"),
      forgotten: numberOf(row, "forgotten_change"),
    };
  };
  return {
    lastChange: async () => (await readMeta()).last,

    async changesAfter(number) {
      const rows = await driver.query(
        `SELECT number, kind, subject FROM changes WHERE number > $1
         ORDER BY number LIMIT ${changesPerPage}`,
        [number],
      );
      // Afterwards: what was removed from the log while the rows were read shows here.
      const { last, forgotten } = await readMeta();
      // Ahead of the database: it was put back to an earlier state.
      if (number < forgotten || number > last) return { complete: false, changes: [], next: last };
      const changes = rows.map(toChange);
      return { complete: true, changes, next: changes.at(-1)?.number ?? number };
    },
  };
}
