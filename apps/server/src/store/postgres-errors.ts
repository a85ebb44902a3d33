import pg from "pg";
import type { DatabaseUrl } from "./database-url.ts";
import { StoreSetupError, StoreUnavailableError } from "./errors.ts";

/** Makes of an error what may leave the store: pg's own ones carry clients, rows and details. */
export type Translate = (error: unknown) => Error;

/*
 * SQLSTATE classes and codes (PostgreSQL manual, appendix A) that tell of the server's condition:
 * connection, authorization, resources, intervention, system, internal; and conflicts that pass.
 */
const conditionClasses = new Set(["08", "28", "40", "53", "57", "58", "XX"]);
const conditionCodes = new Set(["25006", "25P03", "3D000", "55P03"]);

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

export function createTranslate(redact: (text: string) => string): Translate {
  return (error) => {
    // Ours, passing a transaction.
    if (error instanceof StoreUnavailableError || error instanceof StoreSetupError) return error;
    const message = redact(error instanceof Error ? messageOf(error) : String(error));
    if (!(error instanceof Error)) return new Error(message);
    const state = sqlState(error);
    // What is not the server's answer is the connection's failure.
    if (state === undefined) {
      return new StoreUnavailableError(`the database cannot be reached: ${message}`, codeOf(error));
    }
    if (conditionClasses.has(state.slice(0, 2)) || conditionCodes.has(state)) {
      return new StoreUnavailableError(`the database cannot answer now: ${message}`, state);
    }
    return new Error(`the database refused a statement (${state}): ${message}`);
  };
}

/** Where a name has several addresses, the errors of all of them come as one without a message. */
function messageOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one: unknown) => (one instanceof Error ? one.message : "")).join("; ");
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What is wrong with how the database was set up, in case that is what `error` tells. */
export function setupErrorOf(
  error: unknown,
  { location, user }: DatabaseUrl,
): StoreSetupError | undefined {
  const advice = adviceOn(error, user);
  return advice === undefined ? undefined : new StoreSetupError(`${location} ${advice}`);
}

function adviceOn(error: unknown, user: string): string | undefined {
  switch (sqlState(error)) {
    case "28P01":
      return "refuses the login. Correct user or password in the address of the database.";
    case "28000":
      return "does not let this user in. Correct the address of the database, or its pg_hba.conf.";
    case "3D000":
      return "does not exist. Create it (createdb), or correct the address of the database.";
    case "42501":
      return (
        "does not let this user make tables. As its owner, type in psql: " +
        `CREATE SCHEMA wsecho AUTHORIZATION "${user.replaceAll('"', '""')}";`
      );
    case undefined:
      // pg says so itself, before it asks the server.
      return error instanceof Error && error.message.includes("password must be a")
        ? "asks for a password. Write it into the address: postgres://user:password@host/database."
        : undefined;
    default:
      return undefined;
  }
}
