import { createHmac } from "node:crypto";
import { isIPv6 } from "node:net";
import type { FailureKeys } from "./queries/failures.ts";
import type { Attempt } from "./store.ts";

/**
 * What failures are counted under. Hashes, for people type their password in the wrong field, and
 * so that the size of a row is not up to who fails.
 */
export function failureKeys(secret: Uint8Array, { user, address }: Attempt): FailureKeys {
  return {
    user: userFailureKey(secret, user),
    address: hash(secret, "address", networkOf(address)),
  };
}

export function userFailureKey(secret: Uint8Array, user: string): string {
  return hash(secret, "user", user);
}

function hash(secret: Uint8Array, what: string, text: string): string {
  const mac = createHmac("sha256", secret).update(`wsecho failures ${what}:${text}`);
  return mac.digest("base64url");
}

/**
 * The part of an address that one customer cannot change: all of an IPv4 address, also where it is
 * written as IPv6 (RFC 4291 section 2.5.5.2), and the first 64 bits of an IPv6 address (RFC 6177).
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return address;
  const groups = expand(plain);
  const mapped = groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff";
  if (!mapped) return groups.slice(0, 4).join(":");
  const bytes = groups.slice(6).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return bytes.join(".");
}

/** The eight groups of an IPv6 address, each without leading zeros. */
function expand(address: string): readonly string[] {
  // The URL parser writes every address in one way: hexadecimal, lower case, one "::" at most.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = "", right = ""] = canonical.split("::");
  const before = left === "" ? [] : left.split(":");
  const after = right === "" ? [] : right.split(":");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after];
}
