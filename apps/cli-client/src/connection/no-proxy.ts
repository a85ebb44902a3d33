import { BlockList, isIP } from "node:net";
import { hostOf } from "../target.ts";

/**
 * Whether a list as of `--noproxy` and `NO_PROXY` names where a URL leads: hosts with all below them,
 * addresses, networks as `10.0.0.0/8`, each with a port or without, or `*`; as curl reads it.
 */
export function excludes(list: string, url: URL): boolean {
  const { port, protocol } = url;
  const host = hostOf(url).toLowerCase();
  const actual = port === "" ? (protocol === "wss:" ? "443" : "80") : port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((each) => {
      if (each === "*") return true;
      const [, bracketed, plain = "", wanted] =
        /^(?:\[(.*)\]|([^:]*|.*:.*:.*))(?::(\d+))?$/.exec(each) ?? [];
      if (wanted !== undefined && wanted !== actual) return false;
      return holds((bracketed ?? plain).replace(/^\*?\./, ""), host);
    });
}

function holds(name: string, host: string): boolean {
  if (name === "") return false;
  const [network = "", bits] = name.split("/");
  if (bits !== undefined && isIP(network) > 0 && isIP(host) === isIP(network)) {
    const family = isIP(host) === 4 ? "ipv4" : "ipv6";
    if (!/^\d+$/.test(bits) || Number(bits) > (family === "ipv4" ? 32 : 128)) return false;
    const networks = new BlockList();
    networks.addSubnet(network, Number(bits), family);
    return networks.check(host, family);
  }
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}
