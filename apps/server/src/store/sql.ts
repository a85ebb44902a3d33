/** What both databases bind. */
export type Param = string | number | boolean | null | Uint8Array;

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement of the SQL that both databases understand, with parameters `$1`, `$2`, … */
export interface Sql {
  query(text: string, params?: readonly Param[]): Promise<readonly Row[]>;
}

/**
 * One database. Rejects with StoreUnavailableError where it cannot answer now, with Error where the
 * statement is wrong.
 */
export interface Driver extends Sql {
  /** Its own clock, as an expression: ms since 1970, the same all through one statement. */
  readonly clock: string;
  /** The statement that wakes whoever watches; `null` where commits are noticed by themselves. */
  readonly notify: string | null;
  /** Behind a SELECT of rows to be removed: without those that somebody else is writing. */
  readonly skipLocked: string;
  /**
   * All of it or nothing; transactions that write do not overlap in what they both read.
   *
   * @param durable whether it must survive a power cut, and not only the end of the process
   */
  transaction<T>(run: (sql: Sql) => Promise<T>, durable?: boolean): Promise<T>;
}

/**
 * A time that a test sets, or `null` for the database's own clock, which all servers share: their
 * own ones differ. Ms since 1970.
 */
export type Now = number | null;

/** The expression of the time given as parameter `$index`. */
export function nowAt({ clock }: Driver, index: number): string {
  return `coalesce(CAST($${index} AS BIGINT), ${clock})`;
}

function wrongColumn(name: string): Error {
  return new Error(`the database's column ${name} has another type than this program expects`);
}

export function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== "string") throw wrongColumn(name);
  return value;
}

export function numberOf(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== "number") throw wrongColumn(name);
  return value;
}

/** SQLite has 0 and 1. */
export function booleanOf(row: Row, name: string): boolean {
  const value = row[name];
  if (typeof value !== "boolean" && value !== 0 && value !== 1) throw wrongColumn(name);
  return Boolean(value);
}

export function bytesOf(row: Row, name: string): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array)) throw wrongColumn(name);
  // A plain view, for a Buffer becomes one anyway when it crosses a thread.
  return new Uint8Array(value);
}

export function nullOr<T>(read: (row: Row, name: string) => T, row: Row, name: string): T | null {
  return row[name] === null ? null : read(row, name);
}

/** The row of a statement that always has one. */
export function onlyRow(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("the database answered without the row it must have");
  return row;
}
