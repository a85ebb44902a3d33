import { maxTimerMs } from "../limits.ts";
import type { HelloMessage } from "../messages.ts";
import { startTimer, stopTimer } from "./effects.ts";
import { sendAll } from "./pending.ts";
import {
  baseOf,
  type Accepted,
  type ClientEffect,
  type ClientState,
  type ClientStep,
} from "./state.ts";

/** Logged in: what waited may leave. */
export function enterReady(
  state: ClientState,
  hello: HelloMessage | null,
  accepted: Accepted,
): ClientStep {
  const [pending, sends] = sendAll(state.pending);
  return [
    {
      ...baseOf(state),
      kind: "ready",
      pending,
      established: true,
      hello,
      user: accepted.user,
      renewal: null,
      probing: false,
    },
    [stopTimer("login"), ...renewEffects(accepted), ...probeEffects(state), ...sends],
  ];
}

/** Renew when four fifths of the time are over, so that a slow renewal is still in time. */
export function renewEffects({ expiresInMs }: Accepted): readonly ClientEffect[] {
  if (expiresInMs === undefined) return [];
  return [startTimer("renew", Math.min(maxTimerMs, Math.max(1, Math.floor(expiresInMs * 0.8))))];
}

/** Only v1 has a ping that its scripts can send and whose answer they can see. */
export function probeEffects({ dialect, options }: ClientState): readonly ClientEffect[] {
  const ms = options.limits.pingIntervalMs;
  return dialect === "v1" && ms > 0 ? [startTimer("ping", ms)] : [];
}
