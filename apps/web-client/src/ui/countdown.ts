import { useEffect, useState } from "preact/hooks";

/** Whole seconds until `until` (milliseconds since 1970), never below 0; counts by itself. */
export function useCountdown(until: number): number {
  const [, redraw] = useState({});
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const over = left === 0;
  useEffect(() => {
    if (over) return undefined;
    const timer = setInterval(() => redraw({}), 250);
    return () => clearInterval(timer);
  }, [over]);
  return left;
}
