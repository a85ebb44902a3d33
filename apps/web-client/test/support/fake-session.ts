import {
  SessionError,
  type ConnectOptions,
  type CredentialsRequest,
  type FailureReason,
  type Session,
  type SessionEvent,
} from "@wsecho/client";
import type { Payload } from "@wsecho/protocol";

/** A session that does what the test says, and remembers what was asked of it. */
export interface FakeSession {
  readonly session: Session;
  readonly url: string;
  readonly options: ConnectOptions;
  readonly asked: readonly Payload[];
  readonly closes: readonly unknown[];
  readonly emit: (event: SessionEvent) => void;
  /** Asks for credentials as the library does. */
  readonly demand: (request?: Partial<CredentialsRequest>) => Promise<unknown>;
  /** Makes every later `ask` fail for that reason. */
  readonly fail: (reason: FailureReason) => void;
}

export function createFakeSession(url: string, options: ConnectOptions): FakeSession {
  const asked: Payload[] = [];
  const closes: unknown[] = [];
  let failure: FailureReason | null = null;
  const never = new Promise<never>(() => undefined);
  const ask = (data: string | Uint8Array): Promise<never> => {
    asked.push(typeof data === "string" ? { kind: "text", text: data } : { kind: "binary", data });
    return failure === null ? never : Promise.reject(new SessionError(failure, "failed"));
  };
  const session: Session = {
    status: { kind: "connecting", dialect: "v1" },
    ready: never,
    closed: never,
    dropped: 0,
    ask,
    send: () => never,
    messages: () => {
      throw new Error("the page drains by iterating");
    },
    close: (how) => {
      closes.push(how);
      return never;
    },
    [Symbol.asyncIterator]: () => ({ next: () => never }),
    [Symbol.asyncDispose]: () => never,
  };
  return {
    session,
    url,
    options,
    asked,
    closes,
    emit: (event) => options.onEvent?.(event),
    demand: async (request = {}) => {
      const whole = { dialect: "v1", mechanisms: [], denied: null, renewal: false, ...request };
      const { signal } = new AbortController();
      return options.credentials?.(whole as CredentialsRequest, signal);
    },
    fail: (reason) => {
      failure = reason;
    },
  };
}
