import type { Message } from "@wsecho/client";
import { comparedText } from "./goal.ts";

/** What a person said would come (`/expect`). */
export interface Expectations {
  readonly add: (pattern: RegExp, seconds: number) => void;
  readonly take: (message: Message) => void;
  /** What did not come, in words; `null` where everything did. */
  readonly missing: () => string | null;
}

interface Expected {
  readonly pattern: RegExp;
  readonly since: number;
  readonly timer: NodeJS.Timeout;
}

/** @param tell says how each of them ended */
export function createExpectations(tell: (text: string) => void): Expectations {
  const waiting = new Set<Expected>();
  let failed = 0;
  return {
    add: (pattern, seconds) => {
      const expire = (): void => {
        waiting.delete(expected);
        failed += 1;
        tell(`No message matched ${String(pattern)} within ${seconds} s.`);
      };
      const timer = setTimeout(expire, seconds * 1000);
      const expected = { pattern, since: performance.now(), timer };
      waiting.add(expected);
    },
    take: (message) => {
      if (waiting.size === 0) return;
      const text = comparedText(message);
      for (const expected of waiting) {
        const { pattern, since, timer } = expected;
        if (!pattern.test(text)) continue;
        clearTimeout(timer);
        waiting.delete(expected);
        const ms = performance.now() - since;
        tell(`A message matched ${String(pattern)} after ${ms.toFixed(0)} ms.`);
      }
    },
    missing: () => {
      const [pending] = waiting;
      if (pending !== undefined)
        return `No message matched the expected ${String(pending.pattern)}.`;
      return failed === 0
        ? null
        : `${failed === 1 ? "What was" : `${failed} things`} expected did not come.`;
    },
  };
}
