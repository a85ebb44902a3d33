/** When messages are due at a fixed rate, whatever the server does; times in nanoseconds. */
export interface Pace {
  /** When message `n`, from 0, is due. */
  readonly dueAt: (n: number) => number;
  /** How many are due by then. */
  readonly dueBy: (nowNs: number) => number;
}

/**
 * A rate that does not wait for replies (open-loop), so that a server which stalls shows as late
 * replies, and not as fewer questions.
 *
 * @param perSecond above 0
 */
export function createPace(perSecond: number, startNs: number): Pace {
  const stepNs = 1e9 / perSecond;
  return {
    dueAt: (n) => startNs + n * stepNs,
    dueBy: (nowNs) => Math.max(0, Math.floor((nowNs - startNs) / stepNs) + 1),
  };
}
