import type { HelloMessage } from "@wsecho/protocol";
import type { Operation, Setting } from "@wsecho/protocol/vectors";

/** The server that is tested, and how. */
export interface Target {
  readonly url: URL;
  readonly user: string;
  readonly password: string;
  /** A whole vector may take so long, without the time that it waits for a limit; ms. */
  readonly timeoutMs: number;
  /** The longest wait for a limit of the server; ms. Vectors that need more are skipped. */
  readonly maxWaitMs: number;
  /** Whether to run vectors that use up login attempts. */
  readonly destructive: boolean;
  /** The server is set up as the vector asks for: only a test that starts it can say so. */
  readonly prepared?: true;
  /** The test's hand on the server. */
  readonly operate?: (operation: Operation) => void | Promise<void>;
}

/** What the server says and does before anybody logs in. */
export interface Knowledge {
  readonly plain: boolean;
  /** `null`: v1 was not spoken, or its greeting was wrong. */
  readonly hello: HelloMessage | null;
  /** What came in place of a greeting, for a report; not redacted. */
  readonly greeting: string;
}

/** A name that nobody has: tests with it lock nobody out. */
const unknownUser = `nobody-${Math.random().toString(36).slice(2, 10)}`;

export function settingOf({ user, password }: Target, { hello }: Knowledge): Setting {
  return {
    values: { user, password, wrongPassword: `${password}!`, unknownUser },
    limits: hello?.limits ?? {},
  };
}
