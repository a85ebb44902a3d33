import { closeWith } from "./close.ts";
import { send } from "./effects.ts";
import type { LiveState, ServerStep } from "./state.ts";

/**
 * Tells the peer that a login was refused, and closes when that was the last attempt.
 *
 * @param next the state in which a further attempt may be made
 */
export function refuseAttempt(next: LiveState, retryAfterMs: number): ServerStep {
  const failures = next.failures + 1;
  const attemptsLeft = Math.max(0, next.options.limits.maxAttempts - failures);
  const denied = [
    send({ type: "denied", attemptsLeft, retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) }),
    { type: "note", note: { kind: "refused", attemptsLeft } },
  ] as const;
  if (attemptsLeft > 0) return [{ ...next, failures }, denied];
  const [closing, effects] = closeWith(next, "tooManyAttempts");
  return [closing, [...denied, ...effects]];
}
