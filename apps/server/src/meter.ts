import type { FaultName } from "@wsecho/protocol/faults";
import type { AuditMeter } from "./audit.ts";
import type { LimitName } from "./limit-names.ts";

/** So many bytes of a connection, handshake and framing included. */
export interface Traffic {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Where the server counts what happens; the numbers behind `/metrics`. */
export interface Meter extends AuditMeter {
  /** Called once, by each server: what its open connections have carried so far. */
  serving(open: () => Iterable<Traffic>): void;
  /** A WebSocket connection opened. */
  connected(): void;
  /** It is gone, with this close code, and carried so much. */
  disconnected(code: number, traffic: Traffic): void;
  /** A handshake was answered with this HTTP status. */
  refused(status: number): void;
  /** A message came, of so many bytes. */
  message(kind: "text" | "binary", bytes: number): void;
  login(mechanism: string, outcome: LoginOutcome): void;
  /** A login holds. */
  entered(): void;
  /** It has ended. */
  left(): void;
  /** The user store could not answer. */
  storeFailed(): void;
  /** Somebody watches the wire feed; the function is to be called when that ends. */
  watching(): () => void;
  /** So many records did not reach a watcher of the wire feed, who was too slow. */
  feedLost(records: number): void;
  /** So many bytes of watched connections could not be looked at in time. */
  tapMissed(bytes: number): void;
  /** What goes over the wire could not be recorded, though it is to be. */
  recordFailed(): void;
  /** A peer met a limit: it was refused, closed, cut or paused. */
  limited(limit: LimitName): void;
  /** A connection asked the fault lab for this, and gets it. */
  faulted(fault: FaultName): void;
}

export type LoginOutcome = "accepted" | "refused" | "throttled" | "unavailable";

const ignore = (): void => undefined;

export const silentMeter: Meter = {
  serving: ignore,
  connected: ignore,
  disconnected: ignore,
  refused: ignore,
  message: ignore,
  login: ignore,
  entered: ignore,
  left: ignore,
  storeFailed: ignore,
  watching: () => ignore,
  feedLost: ignore,
  tapMissed: ignore,
  recordFailed: ignore,
  limited: ignore,
  faulted: ignore,
  auditFailed: ignore,
  auditLost: ignore,
};
