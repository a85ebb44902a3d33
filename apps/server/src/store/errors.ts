/**
 * The database cannot answer now: it is down, locked, overloaded, or its disk is full. Nothing is
 * known about what was asked, except that reading changed nothing; the same call may succeed later.
 * Its message and properties hold no secret, so it may be logged as it is.
 */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  /** The system's, SQLite's or PostgreSQL's own code, such as ECONNREFUSED, SQLITE_FULL, 57P01. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The store cannot be used as it was set up: the message says what is wrong and what to type. Comes
 * from opening it only. Holds no secret.
 */
export class StoreSetupError extends Error {
  override readonly name = "StoreSetupError";
}

/** A failure as it crosses a thread, which would lose the class. */
export interface Failure {
  readonly kind: "unavailable" | "setup" | "unexpected";
  readonly message: string;
  readonly code?: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof StoreUnavailableError) {
    const { message, code } = error;
    return { kind: "unavailable", message, ...(code === undefined ? {} : { code }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof StoreSetupError ? "setup" : "unexpected", message };
}

export function fromFailure({ kind, message, code }: Failure): Error {
  switch (kind) {
    case "unavailable":
      return new StoreUnavailableError(message, code);
    case "setup":
      return new StoreSetupError(message);
    case "unexpected":
      return new Error(message);
  }
}
