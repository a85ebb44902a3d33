import { bytesOf, nowAt, numberOf, onlyRow, textOf, type Driver, type Now } from "../sql.ts";
import { recordChange } from "./changes.ts";

export interface KeyRow {
  readonly id: string;
  readonly algorithm: string;
  readonly secret: Uint8Array;
  readonly createdAt: number;
}

export interface KeyQueries {
  unknownUserSecret(): Promise<Uint8Array>;
  /** Newest first; not the retired ones. */
  listKeys(): Promise<readonly KeyRow[]>;
  /** Its time of creation. */
  addKey(now: Now, key: Omit<KeyRow, "createdAt">): Promise<number>;
  retireKey(now: Now, id: string): Promise<"retired" | "unknown" | "last">;
}

export function createKeyQueries(driver: Driver): KeyQueries {
  const entry = { kind: "signingKeys", subject: "" } as const;
  return {
    async unknownUserSecret() {
      const rows = await driver.query("SELECT unknown_user_secret FROM meta");
      return bytesOf(onlyRow(rows), "unknown_user_secret");
    },

    async listKeys() {
      const rows = await driver.query(
        `SELECT id, algorithm, secret, created_at FROM signing_keys
         WHERE retired_at IS NULL ORDER BY number DESC`,
      );
      return rows.map((row) => ({
        id: textOf(row, "id"),
        algorithm: textOf(row, "algorithm"),
        secret: bytesOf(row, "secret"),
        createdAt: numberOf(row, "created_at"),
      }));
    },

    addKey: (now, { id, algorithm, secret }) =>
      recordChange(driver, now, entry, async (sql, number) => {
        const rows = await sql.query(
          `INSERT INTO signing_keys (id, number, algorithm, secret, created_at)
           VALUES ($1, $2, $3, $4, ${nowAt(driver, 5)}) RETURNING created_at`,
          [id, number, algorithm, secret, now],
        );
        return { changed: true, result: numberOf(onlyRow(rows), "created_at") };
      }),

    retireKey: (now, id) =>
      recordChange(driver, now, entry, async (sql) => {
        const rows = await sql.query("SELECT id FROM signing_keys WHERE retired_at IS NULL");
        const ids = rows.map((row) => textOf(row, "id"));
        if (!ids.includes(id)) return { changed: false, result: "unknown" };
        if (ids.length === 1) return { changed: false, result: "last" };
        await sql.query(
          `UPDATE signing_keys SET secret = NULL, retired_at = ${nowAt(driver, 2)} WHERE id = $1`,
          [id, now],
        );
        return { changed: true, result: "retired" };
      }),
  };
}
