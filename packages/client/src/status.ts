import type { ClientState, StopReason } from "@wsecho/protocol";
import type { Status } from "./events.ts";

/** What the shell knows beyond the machine's state. */
export interface Wait {
  readonly retryInMs: number | null;
  readonly reason: StopReason | null;
}

export function statusOf(state: ClientState, { retryInMs, reason }: Wait): Status {
  const { dialect } = state;
  switch (state.kind) {
    case "idle":
      return { kind: "connecting", dialect };
    case "connecting":
    case "greeting":
    case "authenticating":
    case "closing":
      return { kind: state.kind, dialect };
    case "ready":
      return {
        kind: "ready",
        dialect,
        ...(state.user === null ? {} : { user: state.user }),
        ...(state.session === null ? {} : { session: state.session }),
        ...(state.hello === null ? {} : { maxMessageBytes: state.hello.limits.maxMessageBytes }),
      };
    case "waiting":
      return {
        kind: "waiting",
        dialect,
        ...(retryInMs === null ? {} : { retryInMs }),
        ...(reason === null ? {} : { reason }),
      };
    case "stopped":
      return { kind: "stopped", dialect, reason: state.reason };
  }
}
