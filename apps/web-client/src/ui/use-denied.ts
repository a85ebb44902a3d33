import type { RefObject } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { CredentialsRequest } from "@wsecho/client";
import { useCountdown } from "./countdown.ts";
import { focusUnlessTab } from "./focus.ts";

export interface Refusal {
  /** `null` where the server does not tell. */
  readonly attemptsLeft: number | null;
  /** What the server asked for. */
  readonly secondsToWait: number;
  /** What is left of it. */
  readonly secondsLeft: number;
}

/** The refusal that `question` follows; a new one empties the password field and goes back to it. */
export function useDenied(
  question: CredentialsRequest | null,
  field: RefObject<HTMLInputElement | null>,
): Refusal | null {
  const denied = question?.denied ?? null;
  const waitMs = denied?.retryAfterMs ?? 0;
  // The status stays the same from one refusal to the next, so its time will not do.
  const since = useMemo(() => Date.now(), [denied]);
  const secondsLeft = useCountdown(since + waitMs);
  useLayoutEffect(() => {
    if (denied === null || field.current === null) return;
    field.current.value = "";
    focusUnlessTab(field.current);
  }, [denied]);
  if (denied === null) return null;
  return {
    attemptsLeft: question?.dialect === "plain" ? null : denied.attemptsLeft,
    secondsToWait: Math.ceil(waitMs / 1000),
    secondsLeft,
  };
}
