import { setTimeout as sleep } from "node:timers/promises";
import { createSession, type ConnectOptions, type Session } from "@wsecho/client";
import { closes, type StopReason } from "@wsecho/protocol";
import type { Departure } from "../departure.ts";

export interface Opening {
  readonly url: URL;
  /** Everything for a session but its credentials. */
  readonly options: ConnectOptions;
  readonly departure: Departure;
  /** Try again while no server is there; called once, at the first time. */
  readonly onAbsent: (() => void) | null;
}

export type Opened =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: StopReason };

/** Between two looks for a server that is not up yet, in milliseconds. */
const waitIntervalMs = 500;

/** Connects and logs in; a wish to leave closes the session, now or later. */
export async function openSession(opening: Opening): Promise<Opened> {
  const { url, options, departure, onAbsent } = opening;
  const { code, reason } = closes.userExit;
  for (let attempt = 1; ; attempt += 1) {
    if (departure.signal.aborted) return { ok: false, reason: { kind: "left" } };
    const session = createSession(url, options);
    const leave = (): void => void session.close({ code, reason });
    departure.signal.addEventListener("abort", leave);
    const ready = await session.ready.then(
      () => true,
      () => false,
    );
    if (ready) return { ok: true, session };
    departure.signal.removeEventListener("abort", leave);
    const stopped = await session.closed;
    if (onAbsent === null || !isAbsent(stopped)) return { ok: false, reason: stopped };
    if (attempt === 1) onAbsent();
    await sleep(waitIntervalMs, undefined, { signal: departure.signal }).catch(() => undefined);
  }
}

/** No server is there, or not yet; anything else would be the same the next time. */
function isAbsent(reason: StopReason): boolean {
  return reason.kind === "unreachable" || (reason.kind === "timeout" && reason.phase === "connect");
}
