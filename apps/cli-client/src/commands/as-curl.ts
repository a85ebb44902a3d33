import { redactAddress } from "@wsecho/wire/secrets";
import { showHeader } from "../connection/headers.ts";
import { socketOf } from "../connection/route.ts";
import { showTarget, type Target } from "../target.ts";
import type { ConnectCommandOptions } from "./settings.ts";

/** The connection as a curl command, without anything secret: `…` stands in its place. */
export function asCurl({ url }: Target, options: ConnectCommandOptions): string {
  const words = ["curl", "--no-buffer", "--http1.1"];
  const add = (...more: readonly string[]): void => void words.push(...more);
  const value = (flag: string, text: string | undefined): void => {
    if (text !== undefined) add(flag, text);
  };
  for (const line of options.header ?? []) {
    const colon = line.indexOf(":");
    add(
      "-H",
      line.startsWith("@")
        ? line
        : showHeader(line.slice(0, colon).trim(), line.slice(colon + 1).trim()),
    );
  }
  if (options.origin !== undefined) add("-H", showHeader("Origin", options.origin));
  if (options.host !== undefined) add("-H", `Host: ${options.host}`);
  for (const name of options.subprotocol ?? [])
    add("-H", showHeader("Sec-WebSocket-Protocol", name));
  if (options.cookie !== undefined)
    add("-b", options.cookie.replace(/[^;=\s]+(?:(=)[^;]*)?/g, cookieName));
  value("-A", options.userAgent);
  if (options.auth !== undefined || options.authFile !== undefined) {
    const [name = "…"] = (options.auth ?? "…").split(":");
    if (options.authType === "bearer") add("--oauth2-bearer", "…");
    else add("-u", `${name}:…`);
  }
  value("-E", options.cert);
  value("--key", options.key);
  if ((options.pass ?? options.passFile) !== undefined) add("--pass", "…");
  value("--cacert", options.cacert);
  if (options.insecure === true) add("-k");
  if (options.location === true) add("-L");
  value("--proxy", options.proxy && redactAddress(options.proxy).replace("***", "…"));
  value("--noproxy", options.noproxy);
  const socket = socketOf(options) ?? undefined;
  if (socket?.startsWith("@") === true) add("--abstract-unix-socket", socket.slice(1));
  else value("--unix-socket", socket);
  for (const pin of options.resolve ?? []) add("--resolve", pin);
  if (options.ipv4 === true) add("-4");
  if (options.ipv6 === true) add("-6");
  add("--connect-timeout", String(options.connectTimeout), showTarget(url));
  return words.map(quote).join(" ");
}

/** Its name is needed to read it as a cookie again; without one all of it is the value. */
function cookieName(pair: string, sign?: string): string {
  return sign === undefined ? "…" : `${pair.slice(0, pair.indexOf("="))}=…`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
