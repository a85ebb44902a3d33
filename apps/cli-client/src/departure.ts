import type { ExitName } from "./exit.ts";
import { exitStatus } from "./exit.ts";

/** How and when the program ends by our own will. */
export interface Departure {
  /** Aborts at the first wish to leave. */
  readonly signal: AbortSignal;
  /** `null` while nobody wants to leave. */
  readonly exit: () => ExitName | null;
  /** Leave politely; a later wish changes nothing. */
  readonly leave: (exit: ExitName) => void;
  /** A signal, or Ctrl-C: the first leaves politely, the next one at once. */
  readonly interrupt: (exit: ExitName) => void;
}

/** @param restore gives the terminal back before the process dies at once */
export function createDeparture(restore: () => void): Departure {
  const controller = new AbortController();
  let wish: ExitName | null = null;
  const leave = (exit: ExitName): void => {
    if (wish !== null) return;
    wish = exit;
    controller.abort();
  };
  const departure: Departure = {
    signal: controller.signal,
    exit: () => wish,
    leave,
    interrupt: (exit) => {
      if (wish === null) {
        leave(exit);
        return;
      }
      restore();
      process.exit(exitStatus(exit));
    },
  };
  process.on("SIGINT", () => departure.interrupt("interrupted"));
  process.on("SIGTERM", () => departure.interrupt("terminated"));
  process.on("SIGHUP", () => departure.interrupt("hangup"));
  return departure;
}
