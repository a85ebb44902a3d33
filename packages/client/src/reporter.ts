import type { ClientState, StopReason } from "@wsecho/protocol";
import type { SessionEvent, Status } from "./events.ts";
import { statusOf } from "./status.ts";

export interface ReporterHost {
  readonly onEvent: ((event: SessionEvent) => void) | undefined;
  readonly state: () => ClientState;
  /** Called after the status `ready` was told. */
  readonly ready: () => void;
}

/** Tells the caller what happens. */
export interface Reporter {
  /** Calls back the caller, who must not throw. */
  readonly call: (callback: () => void) => void;
  readonly emit: (event: SessionEvent) => void;
  readonly status: () => Status;
  /** Tells the status where it changed: before anything that follows from the change. */
  readonly publish: () => void;
  /** The delay until the next connect was chosen. */
  readonly retryIn: (ms: number) => void;
  /** How a connection, or a try for one, ended. */
  readonly noteEnd: (reason: StopReason) => void;
}

export function createReporter({ onEvent, state, ready }: ReporterHost): Reporter {
  let shown: Status | null = null;
  let retryInMs: number | null = null;
  let lastEnd: StopReason | null = null;

  function call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      // The session must not stand half done; the error still surfaces, as from any event handler.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  const emit = (event: SessionEvent): void => call(() => onEvent?.(event));

  function status(): Status {
    return statusOf(state(), { retryInMs, reason: lastEnd });
  }

  function publish(): void {
    const { kind, dialect } = state();
    // Before the beginning; and a wait is told once its delay is known.
    if (kind === "idle" || (kind === "waiting" && retryInMs === null)) return;
    if (shown?.kind === kind && shown.dialect === dialect) return;
    if (kind !== "waiting") retryInMs = null;
    shown = status();
    emit({ type: "status", status: shown });
    if (kind === "ready") ready();
  }

  return {
    call,
    emit,
    status,
    publish,
    retryIn: (ms) => {
      retryInMs = ms;
      publish();
    },
    noteEnd: (reason) => {
      lastEnd = reason;
    },
  };
}
