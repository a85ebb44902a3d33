import { BlockList, isIP } from "node:net";
import { failure, success, type Result } from "@wsecho/protocol";

/** Which proxies may say for whom they ask: so many in a row, or those of some addresses. */
export type TrustedProxies = number | BlockList;

/**
 * The address of the peer; behind trusted proxies, what they say in `X-Forwarded-For`. Each proxy
 * adds on the right the address that asked it, so the list is read from there: what stands left of
 * the first address that nobody trusts is a claim of the peer's own.
 */
export function addressOf(
  remote: string | undefined,
  header: string | readonly string[] | undefined,
  trusted: TrustedProxies | null,
): string {
  let address = remote ?? "";
  if (trusted === null || header === undefined) return address;
  const said = [header].flat().join(",").split(",").reverse();
  let proxies = 0;
  for (const entry of said) {
    const isProxy = typeof trusted === "number" ? proxies < trusted : contains(trusted, address);
    const next = readAddress(entry.trim());
    if (!isProxy || next === undefined) break;
    address = next;
    proxies += 1;
  }
  return address;
}

/** With a port, as some proxies write it, or without. */
function readAddress(entry: string): string | undefined {
  const [, bare = entry] =
    /^\[([^\]]+)\](?::\d+)?$/.exec(entry) ?? /^([\d.]+):\d+$/.exec(entry) ?? [];
  return isIP(bare) === 0 ? undefined : bare;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Reads a count (`1`), or addresses and networks (`10.0.0.0/8,::1`). */
export function parseTrustedProxies(text: string): Result<TrustedProxies, string> {
  if (/^\d{1,2}$/.test(text) && Number(text) > 0) return success(Number(text));
  const list = new BlockList();
  for (const entry of text.split(",").map((part) => part.trim())) {
    const [address = "", prefix, ...rest] = entry.split("/");
    const version = isIP(address);
    const bits = version === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (version === 0 || rest.length > 0 || !(length <= bits))
      return failure("must be the number of proxies, or their addresses: 10.0.0.0/8,::1");
    list.addSubnet(address, length, version === 6 ? "ipv6" : "ipv4");
  }
  return success(list);
}
