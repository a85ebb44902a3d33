import { lookup as systemLookup } from "node:dns";
import { connect as connectNet, isIP, type LookupFunction } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { WsOptions } from "@wsecho/client/ws";
import { failure, success, type Result } from "@wsecho/protocol";

/** Which way to the server; the names are curl's. */
export interface RouteOptions {
  readonly proxy?: string;
  readonly noproxy?: string;
  readonly unixSocket?: string;
  readonly resolve?: readonly string[];
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
}

/** What `ws` needs to take that way. An error names no password of a proxy. */
export async function readRoute(
  options: RouteOptions,
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<WsOptions, string>> {
  const { unixSocket, ipv4, ipv6 } = options;
  if (ipv4 === true && ipv6 === true) return failure("-4 and -6 leave no address; give one");
  if (unixSocket !== undefined) {
    if (options.proxy !== undefined) return failure("--unix-socket and --proxy do not go together");
    return success({ createConnection: throughSocket(unixSocket, url) });
  }
  const pins = readPins(options.resolve ?? []);
  if (!pins.ok) return pins;
  const proxy = await findProxy(options, url, env);
  if (!proxy.ok) return proxy;
  if (proxy.value !== null) return agentFor(proxy.value);
  const family = ipv4 === true ? 4 : ipv6 === true ? 6 : 0;
  if (family === 0 && pins.value.size === 0) return success({});
  return success({ family, lookup: lookupWith(pins.value, url, family) });
}

function throughSocket(path: string, url: URL): WsOptions["createConnection"] {
  const connect = (given: object): ReturnType<typeof connectNet> =>
    url.protocol === "wss:"
      ? connectTls({ ...(given as ConnectionOptions), path, servername: url.hostname })
      : connectNet({ path });
  return connect as WsOptions["createConnection"];
}

/** `host:port:address`, as curl has it; `host:port` to address. */
function readPins(lines: readonly string[]): Result<ReadonlyMap<string, string>, string> {
  const pins = new Map<string, string>();
  for (const line of lines) {
    const [, host = "", port = "", address = ""] = /^([^:]+):(\d+):\[?(.+?)\]?$/.exec(line) ?? [];
    if (isIP(address) === 0) return failure("--resolve needs HOST:PORT:ADDRESS");
    pins.set(`${host.toLowerCase()}:${port}`, address);
  }
  return success(pins);
}

function lookupWith(
  pins: ReadonlyMap<string, string>,
  url: URL,
  family: 0 | 4 | 6,
): LookupFunction {
  const port = url.port === "" ? (url.protocol === "wss:" ? "443" : "80") : url.port;
  return (hostname, options, callback) => {
    const pinned = pins.get(`${hostname.toLowerCase()}:${port}`);
    if (pinned === undefined) {
      systemLookup(hostname, { ...options, family: family || (options.family ?? 0) }, callback);
      return;
    }
    const kind = isIP(pinned);
    if (options.all === true) callback(null, [{ address: pinned, family: kind }]);
    else callback(null, pinned, kind);
  };
}

async function findProxy(
  { proxy, noproxy }: RouteOptions,
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<URL | null, string>> {
  if (proxy === "") return success(null);
  if (noproxy !== undefined && excludes(noproxy, url.hostname)) return success(null);
  let text = proxy;
  if (text === undefined) {
    if (!Object.keys(env).some((name) => /^(https?|wss?|all)_proxy$/i.test(name)))
      return success(null);
    const { getProxyForUrl } = await import("proxy-from-env");
    // Most people set the variables of http and https only.
    text = getProxyForUrl(url.href) || getProxyForUrl(url.href.replace(/^ws/, "http"));
  }
  if (text === "") return success(null);
  const parsed = URL.parse(/^[a-z\d]+:\/\//i.test(text) ? text : `http://${text}`);
  return parsed !== null && /^(https?|socks(4a?|5h?)?):$/.test(parsed.protocol)
    ? success(parsed)
    : failure("--proxy needs http://HOST:PORT, https://, socks5:// or socks5h://");
}

/** Hosts, domains with all below them, or `*`, separated by commas. */
function excludes(list: string, hostname: string): boolean {
  return list.split(",").some((each) => {
    const name = each.trim().replace(/^\./, "").toLowerCase();
    return name === "*" || hostname === name || (name !== "" && hostname.endsWith(`.${name}`));
  });
}

async function agentFor(proxy: URL): Promise<Result<WsOptions, string>> {
  if (proxy.protocol.startsWith("socks")) {
    const { SocksProxyAgent } = await import("socks-proxy-agent");
    return success({ agent: new SocksProxyAgent(proxy) });
  }
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return success({ agent: new HttpsProxyAgent(proxy) });
}
