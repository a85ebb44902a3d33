import {
  booleanOf,
  nowAt,
  nullOr,
  numberOf,
  textOf,
  type Driver,
  type Now,
  type Row,
} from "../sql.ts";
import type { OpenedSession } from "../store.ts";
import { recordChange } from "./changes.ts";

export interface SessionRow extends OpenedSession {
  /** Not ended, and its server was seen lately. */
  readonly live: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly closeCode: number | null;
  readonly closeReason: string | null;
  /** When its server was last seen; `null` where that was long ago. */
  readonly seenAt: number | null;
}

export interface SessionQueries {
  openSession(now: Now, session: OpenedSession): Promise<void>;
  endSession(now: Now, id: string, code: number, reason: string): Promise<void>;
  beat(now: Now, server: string): Promise<void>;
  /** Newest first. Servers without a beat for `lostMs` are dead. */
  listSessions(
    now: Now,
    options: { readonly live: boolean; readonly limit: number; readonly lostMs: number },
  ): Promise<readonly SessionRow[]>;
  requestClose(now: Now, id: string, lostMs: number): Promise<boolean>;
}

function toSession(row: Row): SessionRow {
  return {
    id: textOf(row, "id"),
    server: textOf(row, "server_id"),
    user: textOf(row, "user_name"),
    address: textOf(row, "address"),
    mechanism: textOf(row, "mechanism"),
    dialect: textOf(row, "dialect"),
    live: booleanOf(row, "live"),
    startedAt: numberOf(row, "started_at"),
    endedAt: nullOr(numberOf, row, "ended_at"),
    closeCode: nullOr(numberOf, row, "close_code"),
    closeReason: nullOr(textOf, row, "close_reason"),
    seenAt: nullOr(numberOf, row, "seen_at"),
  };
}

export function createSessionQueries(driver: Driver): SessionQueries {
  const live = `s.ended_at IS NULL AND coalesce(v.seen_at, 0) > ${nowAt(driver, 1)} - $2`;
  const from = "FROM sessions AS s LEFT JOIN servers AS v ON v.id = s.server_id";
  const list = (where: string): string => `
    SELECT s.id, s.server_id, s.user_name, s.address, s.mechanism, s.dialect, s.started_at,
      s.ended_at, s.close_code, s.close_reason, v.seen_at, (${live}) AS live
    ${from} ${where} ORDER BY s.started_at DESC, s.id LIMIT $3`;
  const listAll = list("");
  const listLive = list(`WHERE ${live}`);

  return {
    async openSession(now, { id, server, user, address, mechanism, dialect }) {
      await driver.query(
        `INSERT INTO sessions
           (id, server_id, user_name, address, mechanism, dialect, started_at)
         VALUES ($1, $2, $3, $4, $5, $6, ${nowAt(driver, 7)}) ON CONFLICT (id) DO NOTHING`,
        [id, server, user, address, mechanism, dialect, now],
      );
    },

    async endSession(now, id, code, reason) {
      await driver.query(
        `UPDATE sessions SET ended_at = ${nowAt(driver, 4)}, close_code = $2, close_reason = $3
         WHERE id = $1 AND ended_at IS NULL`,
        [id, code, reason, now],
      );
    },

    async beat(now, server) {
      await driver.query(
        `INSERT INTO servers (id, seen_at) VALUES ($1, ${nowAt(driver, 2)})
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
        [server, now],
      );
    },

    async listSessions(now, options) {
      const text = options.live ? listLive : listAll;
      return (await driver.query(text, [now, options.lostMs, options.limit])).map(toSession);
    },

    requestClose: (now, id, lostMs) =>
      recordChange(driver, now, { kind: "closeSession", subject: id }, async (sql) => {
        const rows = await sql.query(`SELECT s.id ${from} WHERE s.id = $3 AND ${live}`, [
          now,
          lostMs,
          id,
        ]);
        const found = rows.length > 0;
        return { changed: found, result: found };
      }),
  };
}
