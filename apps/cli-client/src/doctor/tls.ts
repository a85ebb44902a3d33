import { once } from "node:events";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate } from "node:tls";
import type { TlsOptions } from "../certificates.ts";
import type { Address } from "./network.ts";
import { fail, formatMs, ok, warn, type Verdict } from "./verdict.ts";

export interface TlsTarget {
  readonly hostname: string;
  readonly address: Address;
  readonly port: number;
  readonly options: TlsOptions;
  readonly timeoutMs: number;
  /** Now, as a date has it; ms. */
  readonly now: number;
}

const dayMs = 86_400_000;
/** Certificates that are renewed by themselves are renewed long before. */
const soonDays = 14;

/** Shakes hands, believing anybody, and says what a client that does not would have said. */
export async function checkTls(target: TlsTarget): Promise<readonly Verdict[]> {
  const { hostname, address, port, options, timeoutMs, now } = target;
  const began = performance.now();
  const socket = connect({
    host: address.address,
    port,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ...options,
    rejectUnauthorized: false,
  });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
    const version = socket.getProtocol() ?? "unknown version";
    const words = `${version}, ${socket.getCipher().name} (${formatMs(performance.now() - began)})`;
    const shaken = /^TLSv1(\.1)?$/.test(version)
      ? warn("TLS", words, "This version is no longer safe; let the server speak TLS 1.2 or 1.3.")
      : ok("TLS", words);
    // Node calls it an Error; it is a code or a sentence.
    const problem = socket.authorized ? null : String(socket.authorizationError);
    return [shaken, judge(socket.getPeerCertificate(true), { hostname, problem, now })];
  } catch (error) {
    const { code = "", message, name } = error as NodeJS.ErrnoException;
    if (name === "AbortError")
      return [fail("TLS", "no answer to the TLS greeting", "Is it a wss:// port? Try ws://.")];
    const plain =
      code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG";
    return [
      fail(
        "TLS",
        plain ? "what answered is not TLS" : `${message} (${code})`,
        plain
          ? "The server speaks without TLS on this port: use ws://, or another port."
          : "Look at the server's own log; where it asks for a certificate, give --cert and --key.",
      ),
    ];
  } finally {
    socket.destroy();
  }
}

interface Judging {
  readonly hostname: string;
  readonly problem: string | null;
  readonly now: number;
}

function judge(certificate: DetailedPeerCertificate, { hostname, problem, now }: Judging): Verdict {
  const until = Date.parse(certificate.valid_to);
  const days = Math.floor((until - now) / dayMs);
  const date = Number.isNaN(until)
    ? certificate.valid_to
    : new Date(until).toISOString().slice(0, 10);
  const chain = chainOf(certificate).join(" ← ");
  const words = `${chain}, valid until ${date}`;
  if (problem !== null)
    return fail("certificate", `${words}: ${problem}`, adviceFor(problem, hostname));
  return days < soonDays
    ? warn("certificate", `${words}, ${days} days from now`, "Renew it before that day.")
    : ok("certificate", `${words}, ${days} days from now`);
}

/** From the server's own to the authority, as far as it was sent or is known. */
function chainOf(certificate: DetailedPeerCertificate): readonly string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  // An issuer that was not sent is missing, whatever the types say.
  let next: Partial<DetailedPeerCertificate> | undefined = certificate;
  while (next?.fingerprint256 !== undefined && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    names.push([next.subject?.CN ?? next.subject?.O ?? "(no name)"].flat().join("+"));
    next = next.issuerCertificate;
  }
  return names;
}

function adviceFor(problem: string, hostname: string): string {
  switch (problem) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return "It is signed by itself: trust it with --cacert FILE where it is yours.";
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_GET_ISSUER_CERT":
      return "Let the server send the certificates between its own and the authority, or trust the authority with --cacert FILE.";
    case "CERT_HAS_EXPIRED":
      return "Renew it, and let the server read it again.";
    case "CERT_NOT_YET_VALID":
      return "Check the clocks of both machines.";
    default:
      return /altnames|does not match/i.test(problem)
        ? `It names others: connect by one of its names, or get one for ${hostname}.`
        : "Clients that check certificates will not connect.";
  }
}
