/** One message and its echo, by both clocks. */
export interface Exchange {
  /** Milliseconds of the page's clock. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** Milliseconds of the server's clock: the message was in whole, and its echo went out. */
  readonly inAt: number;
  readonly outAt: number;
}

/** What the server's clock is ahead of the page's, in milliseconds, and by how much that may be wrong. */
export interface ClockOffset {
  readonly offset: number;
  readonly uncertainty: number;
}

/** Where a round trip went, in milliseconds: the three are all of it. */
export interface LatencySplit {
  readonly up: number;
  /** Exact: both its ends are on the server's clock. */
  readonly server: number;
  readonly down: number;
  /** What may have to be moved from `up` to `down`, or back. */
  readonly uncertainty: number;
}

/** Browsers tell the time in steps of a tenth of a millisecond. */
const clockStep = 0.1;

/** How far two clocks run apart: 50 millionths, as of ordinary quartz. */
const drift = 50e-6;

/** What a round trip took outside of the server. */
const wireTime = ({ sentAt, receivedAt, inAt, outAt }: Exchange): number =>
  Math.max(0, receivedAt - sentAt - (outAt - inAt));

/**
 * By the exchange that leaves the least doubt at the time `at`: the way up took between nothing and
 * all that was spent outside of the server, so half of that is wrong by no more than that half; and
 * the longer ago, the further the clocks ran apart. `null` without any exchange.
 */
export function clockOffset(exchanges: readonly Exchange[], at: number): ClockOffset | null {
  let best: ClockOffset | null = null;
  for (const exchange of exchanges) {
    const half = wireTime(exchange) / 2;
    const uncertainty = half + clockStep + drift * Math.abs(at - exchange.sentAt);
    if (best === null || uncertainty < best.uncertainty)
      best = { offset: exchange.inAt - exchange.sentAt - half, uncertainty };
  }
  return best;
}

/** Of one exchange, among `exchanges` of the same connection; itself among them. */
export function splitOf(exchange: Exchange, exchanges: readonly Exchange[]): LatencySplit {
  const wire = wireTime(exchange);
  const server = Math.max(0, exchange.outAt - exchange.inAt);
  const clocks = clockOffset(exchanges, exchange.sentAt) ?? { offset: 0, uncertainty: Infinity };
  const up = exchange.inAt - clocks.offset - exchange.sentAt;
  const within = Math.min(wire, Math.max(0, up));
  return { up: within, server, down: wire - within, uncertainty: clocks.uncertainty };
}
