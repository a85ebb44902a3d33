import { redactAddress } from "@wsecho/wire/secrets";
import type { Ending, EndingContext } from "./explain.ts";
import type { HandshakeFailure } from "./handshake.ts";

export function plainHint({ bare }: Pick<EndingContext, "bare">): string {
  const without = bare === null ? "" : `; if it knows no login, ${bare}`;
  return `If it speaks as the article's server does, add --dialect plain${without}.`;
}

/** How a handshake failed, and what to do about it. */
export function explainFailure(failure: HandshakeFailure, context: EndingContext): Ending {
  const { url, token, handshakeLogin, certificate } = context;
  switch (failure.kind) {
    case "http":
      if (handshakeLogin && token !== null && failure.status === 401)
        return { exit: "authentication", text: `The login was refused (HTTP 401). ${token}` };
      if (certificate !== "none" && failure.status === 403)
        return { exit: "authentication", text: explainForbidden(failure, url) };
      return {
        exit:
          handshakeLogin && (failure.status === 401 || failure.status === 429)
            ? "authentication"
            : "handshake",
        text: explainRefusal(failure, context),
      };
    case "proxy":
      return {
        exit: "unreachable",
        text: `No connection to ${url} through the proxy: ${failure.detail}. Check --proxy, or the *_proxy variables.`,
      };
    case "tls":
      return {
        exit: "tls",
        text: `TLS with ${url} failed: ${failure.detail}. ${tlsHint(failure, certificate)}`,
      };
    case "invalid":
      return {
        exit: "handshake",
        text: `${url} did not answer as a WebSocket server: ${failure.detail}. ${plainHint(context)}`,
      };
    case "network":
      return { exit: "unreachable", text: explainNetwork(failure, context) };
  }
}

function explainForbidden({ body }: HttpRefusal, url: string): string {
  const words = body === "" ? "" : ` It says: ${body}`;
  return (
    `${url} did not let the certificate of --cert in (HTTP 403). The common name (CN) of its subject ` +
    `has to be a user there, and its signer one of the server's --tls-client-ca.${words}`
  );
}

type Failed<Kind> = Extract<HandshakeFailure, { readonly kind: Kind }>;
type HttpRefusal = Failed<"http">;

function tlsHint(
  { code, detail }: Failed<"tls">,
  certificate: EndingContext["certificate"],
): string {
  if (/wrong version|packet length/i.test(detail))
    return "The server speaks no TLS there; try ws:// instead of wss://.";
  const wants = "a client certificate: --cert FILE --key FILE.";
  if (/alert handshake failure/i.test(detail))
    return (
      "The two sides have no version or cipher of TLS in common, or the server wants " +
      (certificate === "none" ? wants : "another certificate than that of --cert.")
    );
  if (/alert certificate required/i.test(detail)) return `The server wants ${wants}`;
  if (/alert .*(certificate|unknown ca|access denied)/i.test(detail))
    return (
      "The server does not take the certificate of --cert: it may have expired, or be signed by an " +
      "authority that the server does not trust, whose certificate may be missing in the file."
    );
  switch (code) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "The server's certificate is for other names; use one of those in the URL.";
    case "CERT_HAS_EXPIRED":
      return "The server's certificate is out of date: whoever runs the server has to renew it.";
    default:
      return (
        "Check the certificate of the server: --cacert FILE trusts an authority of your own, " +
        "NODE_EXTRA_CA_CERTS=FILE adds one to the usual ones."
      );
  }
}

function explainNetwork(
  { code, detail }: Extract<HandshakeFailure, { readonly kind: "network" }>,
  { url, serverCommand, certificate, proxy = null, socket = null }: EndingContext,
): string {
  if (proxy !== null)
    return `No connection to ${url} through the proxy ${redactAddress(proxy)}: ${detail}.`;
  if (socket !== null && (code === "ECONNREFUSED" || code === "ENOENT"))
    return `Nothing listens at the socket ${socket}, which leads to ${url} (${code}).`;
  const here = /^wss?:\/\/(localhost|127\.|\[::1\])/.test(url);
  switch (code) {
    case "ECONNREFUSED":
      return (
        `Nothing listens at ${url}. Is the server running?` +
        (here ? ` Start one with: ${serverCommand}` : "")
      );
    case "ENOTFOUND":
      return `The host of ${url} is not known (DNS). Check the spelling.`;
    case "EAI_AGAIN":
      return `The host of ${url} could not be looked up (DNS does not answer). Check the network.`;
    case "ECONNRESET":
      return `${url} hung up before it answered. ${
        url.startsWith("ws:")
          ? "Is it a WebSocket server? One that speaks TLS wants wss:// in place of ws://."
          : certificate === "none"
            ? "Is it a WebSocket server?"
            : "It may not take the certificate of --cert, or be no WebSocket server."
      }`;
    default:
      return `No connection to ${url}: ${detail} (${code}).`;
  }
}

/** A body up to this many characters is a sentence or two. */
const maxReasonLength = 300;

/** What tells a person why; the others only with `-v`. */
const tellingHeaders =
  /^(www-authenticate|proxy-authenticate|retry-after|server|via|allow|upgrade|sec-websocket-.*)$/i;

function explainRefusal(
  failure: HttpRefusal,
  { url, handshakeLogin, verbose = false }: EndingContext,
): string {
  const { status, statusText, location, retryAfterS, headers, body } = failure;
  const head = `${url} refused the WebSocket: HTTP ${[status, statusText].join(" ").trim()}.`;
  const words = body === "" ? "" : ` It says: ${body}`;
  const when = retryAfterS === null ? "later" : `in ${retryAfterS} s`;
  const shown = headers
    .filter(([name]) => verbose || tellingHeaders.test(name))
    .map(([name, value]) => `\n${name}: ${value}`);
  const hint =
    handshakeLogin && status === 401
      ? " It did not take the login: check the name and the password, or the token."
      : status === 400 && body !== ""
        ? ""
        : ` ${refusalHint(status, location, when)}`;
  // The server knows best what it did not like, but for a page of it we come first.
  const isShort = body.length <= maxReasonLength && !body.includes("\n");
  const reason = isShort && body !== "" ? `${words}${/[.!?]$/.test(body) ? "" : "."}` : words;
  return `${head}${isShort ? reason + hint : hint + reason}${shown.join("")}`;
}

function refusalHint(status: number, location: string | undefined, when: string): string {
  if (status >= 300 && status < 400)
    return location === undefined
      ? "It redirects to nowhere."
      : `It redirects to ${location} (-L follows)`;
  if (status < 300) return "A web server is there, but no WebSocket. Check the path.";
  if (status >= 500) return `The server, or a proxy before it, is in trouble. Try again ${when}.`;
  switch (status) {
    case 400:
      return "It did not like the request; perhaps the --dialect.";
    case 401:
      return "It wants a login at the handshake: --auth NAME asks for a password, -H @FILE sends a header.";
    case 407:
      return "A proxy wants a login: --proxy http://NAME:PASSWORD@HOST:PORT.";
    case 403:
      return "It lets nobody in here.";
    case 404:
      return "There is no WebSocket at this path.";
    case 426:
      return "It wants another protocol or version.";
    case 429:
      return `It has had too many requests, or failed logins. Try again ${when}.`;
    default:
      return "Check the URL.";
  }
}
