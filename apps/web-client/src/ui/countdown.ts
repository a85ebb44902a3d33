import { useEffect, useState } from "preact/hooks";

/** Whole seconds until `until` (milliseconds since 1970), never below 0; counts by itself. */
export function useCountdown(until: number): number {
  const [now, setNow] = useState(Date.now);
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [until]);
  // A new deadline may come before the next tick.
  return Math.max(left, 0);
}
