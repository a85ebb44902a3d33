import type { DialectName, Reply, Submission } from "@wsecho/protocol";
import type { Log } from "./log.ts";

/** A whole message, text or binary. */
export type Message = Submission;

/** What a handler knows about the session, unless `context` makes something else of it. */
export interface SessionContext {
  /** Counts up; the `conn` of the log. */
  readonly id: number;
  readonly user: string;
  readonly dialect: DialectName;
  /** The peer's IP address, or that of the proxy before it. */
  readonly remoteAddress: string;
  /** Aborts when the session has ended: nobody waits for the reply any more. */
  readonly signal: AbortSignal;
}

/**
 * Answers one message: a text with a string, a binary message with bytes. Messages of one session
 * come one at a time and are answered in order. A throw, a rejection, or an answer of the other
 * kind is a failure: v1 clients get an error for that message, plain ones close 1011.
 */
export type MessageHandler<Context> = (
  message: Message,
  context: Context,
) => string | Uint8Array | Promise<string | Uint8Array>;

/** Calls `reply` exactly once, at once where the handler is synchronous. */
export type Handle = (submission: Submission, reply: (reply: Reply) => void) => void;

/** The default: every message is answered by itself. */
export const echo: Handle = (submission, reply) => reply(submission);

/**
 * @param context called with the first message; one context per session
 */
export function createHandle<Context>(
  onMessage: MessageHandler<Context>,
  context: () => Context,
  log: Log,
): Handle {
  let made: { readonly value: Context } | undefined;

  return (submission, reply) => {
    const fail = (error: unknown): void => {
      log.error({ err: error }, "the message handler failed");
      reply({ kind: "failed" });
    };
    const answer = (value: unknown): void => {
      const result = toReply(value);
      if (result.kind === submission.kind) reply(result);
      else fail(new TypeError(wrongKind(submission.kind)));
    };
    try {
      made ??= { value: context() };
      const value = onMessage(submission, made.value);
      // Only what really is asynchronous pays for it.
      if (isThenable(value)) value.then(answer, fail);
      else answer(value);
    } catch (error) {
      fail(error);
    }
  };
}

function toReply(value: unknown): Reply {
  if (typeof value === "string") return { kind: "text", text: value };
  if (value instanceof Uint8Array) return { kind: "binary", data: value };
  return { kind: "failed" };
}

function wrongKind(kind: Submission["kind"]): string {
  const wanted = kind === "text" ? "a text with a string" : "a binary message with a Uint8Array";
  return `onMessage must answer ${wanted}`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}
