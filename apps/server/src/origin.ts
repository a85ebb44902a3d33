/** Pages that may connect beside those of the server's own host; `null`: nothing was said. */
export type AllowedOrigins = readonly string[] | null;

/**
 * Whether a handshake comes from no page at all, from a page of the same host, or from one of
 * `allowed`. Needed wherever a browser adds credentials by itself: any page may open a WebSocket to
 * any host (RFC 6455 section 10.2). A program may claim any origin; it has no victim's credentials
 * to ride on. `Origin: null` is nobody in particular, so it cannot be allowed here.
 */
export function isKnownPage(
  { origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined },
  allowed: AllowedOrigins,
): boolean {
  if (isSameHost(origin, host)) return true;
  return origin !== undefined && origin !== "null" && allowed?.includes(origin) === true;
}

/**
 * The same where the login travels inside the session, and a page can do no more than its user: all
 * pages may, unless `allowed` says which. `null` in it allows pages opened from disk.
 */
export function mayLogInInside(
  headers: { readonly origin?: string | undefined; readonly host?: string | undefined },
  allowed: AllowedOrigins,
): boolean {
  if (allowed === null || isKnownPage(headers, allowed)) return true;
  return headers.origin === "null" && allowed.includes("null");
}

/**
 * Whether a handshake comes from no page at all or from a page of the same host.
 *
 * @param origin the value of `Origin`; `null` (a page from disk) is nobody's host
 * @param host the value of `Host`
 */
export function isSameHost(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (host === undefined) return false;
  const page = URL.parse(origin);
  if (page === null || !/^https?:$/.test(page.protocol)) return false;
  // An origin has nothing but scheme and host; anything else was not written by a browser.
  if (page.origin !== origin.toLowerCase()) return false;
  // Read with the page's scheme, so that a default port counts as written or as left out.
  const server = URL.parse(`${page.protocol}//${host}`);
  return server !== null && server.origin === page.origin && server.href === `${server.origin}/`;
}
