import type { WireRecord } from "@wsecho/wire";

/** Keeps of a feed what is of one session. */
export interface Only {
  /** `undefined` for all that comes. */
  readonly wish: (session: string | undefined) => void;
  /** The server has answered: from now on it sends nothing else. */
  readonly grant: (session: string | undefined) => void;
  /** A new connection, which begins with all that are the user's own. */
  readonly begin: () => void;
  readonly keep: (record: WireRecord) => boolean;
}

/** Until the server has answered what is wished, it sends what was wished before. */
export function createOnly(): Only {
  /** Whose a connection is. */
  const sessions = new Map<number, string>();
  let wished: string | undefined;
  let granted: string | undefined;
  return {
    wish: (session) => {
      wished = session;
    },
    grant: (session) => {
      granted = session;
    },
    begin: () => {
      granted = undefined;
      sessions.clear();
    },
    keep: (record) => {
      const { conn } = record;
      if ("session" in record) sessions.set(conn, record.session);
      const known = sessions.get(conn);
      if (record.k === "close") sessions.delete(conn);
      if (conn === 0 || wished === undefined) return true;
      return (known ?? granted) === wished;
    },
  };
}
