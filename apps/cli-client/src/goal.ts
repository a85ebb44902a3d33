import type { Message } from "@wsecho/client";

/** What has to come before a run counts as a success. */
export interface Goal {
  readonly take: (message: Message) => void;
  /** A message was shown; says whether it was the last one wanted. */
  readonly shown: () => boolean;
  /** Whether something is to be waited for at the end. */
  readonly set: boolean;
  readonly owed: () => boolean;
  /** Calls back whenever something came. */
  readonly watch: (listener: () => void) => void;
  /** What did not come, in words. */
  readonly missing: () => { readonly count: string | null; readonly expected: string | null };
}

export interface GoalOptions {
  readonly count: number | undefined;
  readonly expect: readonly RegExp[];
}

export function createGoal({ count, expect }: GoalOptions): Goal {
  const listeners: (() => void)[] = [];
  let shown = 0;
  let matched = 0;
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const short = (): boolean => count !== undefined && shown < count;
  return {
    set: count !== undefined || expect.length > 0,
    take: (message) => {
      if (expect[matched]?.test(comparedText(message)) === true) matched += 1;
      tell();
    },
    shown: () => {
      shown += 1;
      tell();
      return shown === count;
    },
    owed: () => short() || matched < expect.length,
    watch: (listener) => void listeners.push(listener),
    missing: () => ({
      count: short() ? `Only ${shown} of ${String(count)} messages came.` : null,
      expected:
        matched < expect.length
          ? `No message matched the expected ${String(expect[matched])}.`
          : null,
    }),
  };
}

/** What a pattern is compared with: of a binary message its hex digits. */
export function comparedText(message: Message): string {
  return message.kind === "text" ? message.text : Buffer.from(message.data).toString("hex");
}
