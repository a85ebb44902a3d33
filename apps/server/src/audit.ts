import { createFifo } from "./fifo.ts";
import type { Log } from "./log.ts";
import type { OpenedSession, Sessions } from "./store/store.ts";
import { StoreUnavailableError } from "./store/errors.ts";

/** Writes down who was logged in. What cannot be written now is written later. */
export interface Audit {
  opened(session: OpenedSession): void;
  ended(id: string, end: { readonly code: number; readonly reason: string }): void;
  /** Resolves when all is written, or after `ms`, when the rest is lost. */
  flush(ms: number): Promise<void>;
}

/** How soon the first entry is tried again; ms. */
const retryMs = 250;

/** Entries that wait for the store; beyond them the oldest are lost, which the log says. */
const maxWaiting = 100_000;

/** What is counted of it. */
export interface AuditMeter {
  /** An entry could not be written; it is tried again. */
  auditFailed(): void;
  /** So many entries will never be written. */
  auditLost(entries: number): void;
}

export function createAudit(
  sessions: Pick<Sessions, "opened" | "ended">,
  log: Log,
  meter: AuditMeter,
): Audit {
  const waiting = createFifo<() => Promise<void>>();
  let writing = false;
  let given = false;
  let onIdle: (() => void) | undefined;
  let lost = 0;

  function push(write: () => Promise<void>): void {
    if (waiting.length() >= maxWaiting) {
      waiting.shift();
      meter.auditLost(1);
      if (lost++ === 0) log.error({}, "the audit log loses entries: the store does not take them");
    }
    waiting.push(write);
    if (!writing) void run();
  }

  /** One after the other, so that no session ends before it began. */
  async function run(): Promise<void> {
    writing = true;
    for (let write = waiting.first(); write !== undefined && !given; write = waiting.first()) {
      try {
        await write();
        if (waiting.first() === write) waiting.shift();
      } catch (error) {
        meter.auditFailed();
        if (error instanceof StoreUnavailableError) await pause();
        else {
          log.error({ err: error }, "an audit entry could not be written");
          if (waiting.first() === write) waiting.shift();
          meter.auditLost(1);
        }
      }
    }
    writing = false;
    onIdle?.();
  }

  return {
    opened: (session) => push(() => sessions.opened(session)),
    ended: (id, end) => push(() => sessions.ended(id, end)),
    flush: (ms) =>
      new Promise((resolve) => {
        if (!writing) {
          resolve();
          return;
        }
        const timer = setTimeout(() => {
          given = true;
          meter.auditLost(waiting.length());
          log.error(
            { entries: waiting.length() },
            "audit entries are lost: the store does not answer",
          );
          resolve();
        }, ms);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, retryMs));
}
