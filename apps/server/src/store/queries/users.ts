import {
  booleanOf,
  nowAt,
  numberOf,
  onlyRow,
  textOf,
  type Driver,
  type Now,
  type Row,
} from "../sql.ts";
import { recordChange } from "./changes.ts";

export interface UserRow {
  readonly name: string;
  /** As `formatVerifier` writes it. */
  readonly verifier: string;
  readonly role: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
}

type Settings = Pick<UserRow, "verifier" | "role" | "enabled">;

const columns = "name, verifier, role, enabled, version, created_at, changed_at";

function toUser(row: Row): UserRow {
  return {
    name: textOf(row, "name"),
    verifier: textOf(row, "verifier"),
    role: textOf(row, "role"),
    enabled: booleanOf(row, "enabled"),
    version: numberOf(row, "version"),
    createdAt: numberOf(row, "created_at"),
    changedAt: numberOf(row, "changed_at"),
  };
}

export interface UserQueries {
  /**
   * Where there is no such user, one without a name. Reading it costs what reading a real one does:
   * else the microseconds would tell, to whoever measures often, who exists.
   */
  findUser(name: string): Promise<UserRow>;
  listUsers(): Promise<readonly UserRow[]>;
  addUser(now: Now, name: string, settings: Settings): Promise<boolean>;
  changeUser(now: Now, name: string, change: Partial<Settings>): Promise<boolean>;
  removeUser(now: Now, name: string): Promise<boolean>;
}

/** As long as a real verifier; no password fits it. */
const decoy = `SCRAM-SHA-256$600000:${"A".repeat(22)}==$${"A".repeat(43)}=:${"A".repeat(43)}=`;

export function createUserQueries(driver: Driver): UserQueries {
  const select = `SELECT ${columns} FROM users WHERE name = $1`;
  const selectOrDecoy = `${select} UNION ALL SELECT '', $2, 'user', FALSE, 0, 0, 0
    WHERE NOT EXISTS (SELECT 1 FROM users WHERE name = $1)`;
  return {
    findUser: async (name) => toUser(onlyRow(await driver.query(selectOrDecoy, [name, decoy]))),

    async listUsers() {
      const rows = await driver.query(`SELECT ${columns} FROM users`);
      return rows.map(toUser);
    },

    addUser: (now, name, { verifier, role, enabled }) =>
      recordChange(driver, now, { kind: "user", subject: name }, async (sql, version) => {
        const time = nowAt(driver, 6);
        const added = await sql.query(
          `INSERT INTO users (${columns}) VALUES ($1, $2, $3, $4, $5, ${time}, ${time})
           ON CONFLICT (name) DO NOTHING RETURNING name`,
          [name, verifier, role, enabled, version, now],
        );
        const done = added.length > 0;
        return { changed: done, result: done };
      }),

    changeUser: (now, name, change) =>
      recordChange(driver, now, { kind: "user", subject: name }, async (sql, version) => {
        const [row] = await sql.query(select, [name]);
        if (row === undefined) return { changed: false, result: false };
        const before = toUser(row);
        const after = { ...before, ...change };
        const changed =
          after.verifier !== before.verifier ||
          after.role !== before.role ||
          after.enabled !== before.enabled;
        if (changed) {
          await sql.query(
            `UPDATE users SET verifier = $2, role = $3, enabled = $4, version = $5,
             changed_at = ${nowAt(driver, 6)} WHERE name = $1`,
            [name, after.verifier, after.role, after.enabled, version, now],
          );
        }
        return { changed, result: true };
      }),

    removeUser: (now, name) =>
      recordChange(driver, now, { kind: "user", subject: name }, async (sql) => {
        const removed = await sql.query("DELETE FROM users WHERE name = $1 RETURNING name", [name]);
        const done = removed.length > 0;
        return { changed: done, result: done };
      }),
  };
}
