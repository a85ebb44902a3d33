import { connect as connectNet, isIP, type LookupFunction } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { WsOptions } from "@wsecho/client/ws";
import { failure, success, type Result } from "@wsecho/protocol";
import { hostOf } from "../target.ts";
import { excludes } from "./no-proxy.ts";

/** Which way to the server; the names are curl's. */
export interface RouteOptions {
  readonly proxy?: string;
  readonly noproxy?: string;
  /** A path, or `@NAME` for an abstract one. */
  readonly unixSocket?: string;
  readonly abstractUnixSocket?: string;
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
  const { ipv4, ipv6 } = options;
  const socket = socketOf(options);
  if (ipv4 === true && ipv6 === true) return failure("-4 and -6 leave no address; give one");
  if (socket !== null) {
    if (options.unixSocket !== undefined && options.abstractUnixSocket !== undefined)
      return failure("--unix-socket and --abstract-unix-socket are two sockets; give one");
    if (options.proxy !== undefined) return failure("--unix-socket and --proxy do not go together");
    if (socket.startsWith("@") && process.platform !== "linux")
      return failure(`only Linux has abstract sockets; a file of that name is ./${socket}`);
    return success({ createConnection: throughSocket(socket.replace(/^@/, "\0"), url) });
  }
  const pins = readPins(options.resolve ?? []);
  if (!pins.ok) return pins;
  const proxy = findProxy(options, url, env);
  if (!proxy.ok) return proxy;
  const family = ipv4 === true ? 4 : ipv6 === true ? 6 : 0;
  const kind = isIP(hostOf(url));
  if (proxy.value === null && family !== 0 && kind !== 0 && kind !== family)
    return failure(`-${family} leaves out the address in the URL, which is one of IPv${kind}`);
  const asked = family !== 0 || pins.value.size > 0;
  const lookup = asked ? { family, lookup: lookupWith(pins.value, url, family) } : {};
  // A proxy of the kind that gets addresses has them looked up here.
  if (proxy.value === null) return success(lookup);
  return success({ ...lookup, agent: await agentFor(proxy.value) });
}

/** The socket of this machine that leads to the server, `@NAME` for an abstract one; `null` for none. */
export function socketOf({ unixSocket, abstractUnixSocket }: RouteOptions): string | null {
  return unixSocket ?? (abstractUnixSocket === undefined ? null : `@${abstractUnixSocket}`);
}

function throughSocket(path: string, url: URL): WsOptions["createConnection"] {
  const connect = (given: object): ReturnType<typeof connectNet> =>
    url.protocol === "wss:"
      ? // An address is no name for TLS (RFC 6066 section 3).
        process.getBuiltinModule("node:tls").connect({
          ...(given as ConnectionOptions),
          path,
          servername: isIP(hostOf(url)) === 0 ? url.hostname : "",
        })
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
      const { lookup } = process.getBuiltinModule("node:dns");
      lookup(hostname, { ...options, family: family || (options.family ?? 0) }, callback);
      return;
    }
    const kind = isIP(pinned);
    if (options.all === true) callback(null, [{ address: pinned, family: kind }]);
    else callback(null, pinned, kind);
  };
}

/** Options come before the environment; there `ws_proxy` before `http_proxy`, and that before `all_proxy`. */
function findProxy(
  { proxy, noproxy }: RouteOptions,
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
): Result<URL | null, string> {
  const variable = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? "";
  const [own, web] = url.protocol === "wss:" ? ["wss", "https"] : ["ws", "http"];
  const set = [own, web, "all"].map((name) => variable(`${name}_proxy`));
  const text = proxy ?? set.find((value) => value !== "") ?? "";
  if (text === "" || excludes(noproxy ?? variable("no_proxy"), url)) return success(null);
  const parsed = URL.parse(/^[a-z\d]+:\/\//i.test(text) ? text : `http://${text}`);
  return parsed !== null && /^(https?|socks(4a?|5h?)?):$/.test(parsed.protocol)
    ? success(parsed)
    : failure("--proxy needs http://HOST:PORT, https://, socks5:// or socks5h://");
}

async function agentFor(proxy: URL): Promise<NonNullable<WsOptions["agent"]>> {
  if (proxy.protocol.startsWith("socks")) {
    const { SocksProxyAgent } = await import("socks-proxy-agent");
    return new SocksProxyAgent(proxy);
  }
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy);
}
