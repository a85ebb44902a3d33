import pg from "pg";
import { StoreSetupError } from "./errors.ts";

export interface DatabaseUrl {
  /** For pg; it contains the password. */
  readonly connectionString: string;
  /** For people: user, host, port and database. */
  readonly location: string;
  readonly user: string;
  /** Takes the password out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * Reads what `--database` was given, in the way pg does. Throws StoreSetupError, which never
 * repeats the text: there is a password in it.
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  if (!/^postgres(ql)?:\/\//.test(text)) throw malformed();
  const { user = "", host, port, database, password } = parse(text);
  const secret = typeof password === "string" ? password : "";
  // As it stands in the text it may be percent-encoded.
  const secrets = [secret, encodeURIComponent(secret)].filter((form) => form !== "");
  const at = host.includes(":") ? `[${host}]` : host;
  return {
    connectionString: text,
    location: `postgres://${user}@${at}:${port}/${database ?? ""}`,
    user,
    redact: (message) =>
      secrets.reduce((redacted, form) => redacted.replaceAll(form, "***"), message),
  };
}

function parse(connectionString: string): pg.Client {
  try {
    // Connects to nothing yet.
    return new pg.Client({ connectionString });
  } catch {
    throw malformed();
  }
}

function malformed(): StoreSetupError {
  return new StoreSetupError(
    "The address of the database is not one of PostgreSQL. " +
      "Write it as postgres://user:password@host:5432/database, and in the password %40 for @, " +
      "%2F for /, %3A for : and %23 for #.",
  );
}
