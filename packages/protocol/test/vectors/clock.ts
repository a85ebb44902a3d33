/** Time that passes when a test says so. */
export interface FakeClock<Name extends string> {
  readonly start: (name: Name, ms: number) => void;
  readonly stop: (name: Name) => void;
  readonly running: () => readonly Name[];
  /** Fires what is due, in its order; `settle` runs after each. */
  readonly advance: (ms: number, settle: () => Promise<void>) => Promise<void>;
}

export function createClock<Name extends string>(fire: (name: Name) => void): FakeClock<Name> {
  let now = 0;
  const due = new Map<Name, number>();

  async function advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = now + ms;
    await settle();
    for (;;) {
      const [next] = [...due].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
      if (next === undefined) break;
      const [name, at] = next;
      now = at;
      due.delete(name);
      fire(name);
      await settle();
    }
    now = end;
  }

  return {
    // Map keeps its first insertion's place; a timer started anew is due after its equals.
    start: (name, ms) => {
      due.delete(name);
      due.set(name, now + ms);
    },
    stop: (name) => void due.delete(name),
    running: () => [...due.keys()],
    advance,
  };
}
