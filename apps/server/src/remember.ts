import { issueToken } from "./tokens.ts";
import type { SigningKeys } from "./store/store.ts";

/** Gives somebody who has just proven a password a token for later; PROTOCOL.md L13. */
export type Remember = (
  user: { readonly name: string; readonly version: number },
  /** What the client asks for; ms. */
  forMs: number,
) => Promise<string | undefined>;

/** A week: a token that was stolen should not be good for much longer; ms. */
export const defaultRememberMs = 7 * 24 * 3_600_000;

/** @param maxMs the longest time that a token is good for; `null` where nobody gets one */
export function createRemember(
  keys: Pick<SigningKeys, "list">,
  maxMs: () => number | null,
): Remember {
  return async (user, forMs) => {
    // Tokens count whole seconds, and must not be good for longer than was asked for.
    const atLeastMs = Math.min(forMs, maxMs() ?? 0) - 1000;
    return atLeastMs < 1000 ? undefined : issueToken(keys, user, atLeastMs);
  };
}
