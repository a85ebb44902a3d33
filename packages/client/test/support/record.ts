import type { SessionEvent } from "../../src/index.ts";

/** Everything that a session told, and a way to wait for what it has yet to tell. */
export interface Record {
  readonly onEvent: (event: SessionEvent) => void;
  readonly events: readonly SessionEvent[];
  /** Resolves with the first event, past or future, that `matches`. */
  readonly until: <E extends SessionEvent>(
    matches: (event: SessionEvent) => event is E,
  ) => Promise<E>;
  readonly untilStatus: (kind: string) => Promise<unknown>;
}

export function record(): Record {
  const events: SessionEvent[] = [];
  const waiting = new Set<(event: SessionEvent) => void>();
  const until = <E extends SessionEvent>(
    matches: (event: SessionEvent) => event is E,
  ): Promise<E> =>
    new Promise((resolve) => {
      const past = events.find(matches);
      if (past !== undefined) {
        resolve(past);
        return;
      }
      const look = (event: SessionEvent): void => {
        if (!matches(event)) return;
        waiting.delete(look);
        resolve(event);
      };
      waiting.add(look);
    });
  return {
    events,
    until,
    untilStatus: (kind) =>
      until(
        (event): event is SessionEvent => event.type === "status" && event.status.kind === kind,
      ),
    onEvent: (event) => {
      events.push(event);
      for (const look of waiting) look(event);
    },
  };
}

export function isType<T extends SessionEvent["type"]>(
  type: T,
): (event: SessionEvent) => event is Extract<SessionEvent, { readonly type: T }> {
  return (event): event is Extract<SessionEvent, { readonly type: T }> => event.type === type;
}
