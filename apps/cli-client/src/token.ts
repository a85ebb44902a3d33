/**
 * When a token says that it ends; ms since 1970, `null` where it does not say. Nothing is verified:
 * this is for telling its owner, who can read it anyway. wsecho's tokens are JWTs (RFC 7519).
 */
export function expiryOf(token: string): number | null {
  try {
    const [, claims = ""] = token.split(".");
    const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { exp?: unknown };
    return typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

/** Why a server may have refused `token`, and what to do. */
export function explainToken(token: string, now: number): string {
  const end = expiryOf(token);
  const again = "Get a new one: wsecho-server tokens issue NAME";
  return end !== null && end <= now
    ? `The token expired at ${new Date(end).toISOString()}. ${again}`
    : "The server does not take this token: it is none of this server's, its key was retired, or " +
        `its user was disabled, removed or got a new password. ${again}`;
}
