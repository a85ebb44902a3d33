/**
 * Whether a handshake comes from no page at all or from a page of the same host. Needed wherever a
 * browser adds credentials by itself: any page may open a WebSocket to any host (RFC 6455
 * section 10.2). A program may claim any origin; it has no victim's credentials to ride on.
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
