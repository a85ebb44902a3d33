import { completeLimits } from "../limits.ts";
import type { RuleOptions } from "../options.ts";

/** One of the workers. */
export interface Place {
  /** From 1. */
  readonly number: number;
  readonly workers: number;
}

/**
 * The rules for one worker: connections come to the workers in turn, so each takes its share of
 * them. The shares of all connections add up to the limit. Those of an address are rounded up, for
 * its connections may fall unevenly.
 */
export function shareRules(rules: RuleOptions, { number, workers }: Place): RuleOptions {
  const limits = completeLimits(rules.limits);
  const { maxConnections, maxConnectionsPerAddress } = limits;
  const rest = maxConnections % workers;
  return {
    ...rules,
    limits: {
      ...limits,
      maxConnections: Math.floor(maxConnections / workers) + (number <= rest ? 1 : 0),
      maxConnectionsPerAddress: Math.ceil(maxConnectionsPerAddress / workers),
    },
  };
}
