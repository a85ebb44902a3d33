import { isIP } from "node:net";
import { isLoopbackAddress } from "./loopback.ts";
import type { Refusal } from "./refusal.ts";

/** Whether this server answers to the value of a `Host` header. */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * Against DNS rebinding: a page whose own name has been made to point at this server is of the
 * same origin for its browser, but its requests still carry that name. Answers to the names of
 * loopback, to `bound`, to every IP address where `bound` stands for all of them (no name server
 * decides about an address), and to `allowed`; any port, for a proxy may have one of its own.
 */
export function createHostCheck(bound: string, allowed: readonly string[]): HostCheck {
  const names = new Set(["localhost", ...[bound, ...allowed].map((name) => nameOf(name) ?? name)]);
  const everywhere = isIP(bound) !== 0 && /^[0:.]+$/.test(bound);
  const answersTo = (host: string): boolean => {
    const name = nameOf(host);
    if (name === undefined) return false;
    const address = name.replace(/^\[|\]$/g, "");
    return names.has(name) || isLoopbackAddress(address) || (everywhere && isIP(address) !== 0);
  };
  /** Nearly everybody asks for the same. */
  let last: string | undefined;
  return (host) => {
    if (host === undefined) return false;
    if (host === last) return true;
    const isOurs = answersTo(host);
    if (isOurs) last = host;
    return isOurs;
  };
}

/** As a browser would write it: lower case, one form for each address; `undefined` for no host. */
function nameOf(host: string): string | undefined {
  const authority = isIP(host) === 6 ? `[${host}]` : host;
  // What the URL parser would take for a user, a path or white space to skip is no host.
  if (!/^[^\s/?#@\\]+$/.test(authority)) return undefined;
  const name = URL.parse(`http://${authority}`)?.hostname;
  return name === "" ? undefined : name;
}

/** RFC 9110 section 15.5.20. */
export const foreignHost: Refusal = {
  status: 421,
  message: "this server does not answer to that host name; --allow-host adds one",
};
