import type { IncomingHttpHeaders } from "node:http";
import * as library from "ws";

type Parameters = Readonly<Record<string, readonly (string | true)[]>>;
type Offers = Readonly<Record<string, readonly Parameters[]>>;

/** As of ws 8.23, which exports it; only the types lack it. */
const { extension } = library as unknown as {
  readonly extension: {
    parse(header: string): Offers;
    format(offers: Offers): string;
  };
};

const name = "sec-websocket-extensions";
const deflate = "permessage-deflate";

/** Whether the header can be read; section 9.1 of RFC 6455 wants the handshake to fail otherwise. */
export function areReadable({ [name]: header }: IncomingHttpHeaders): boolean {
  try {
    if (header !== undefined) extension.parse(header);
    return true;
  } catch {
    return false;
  }
}

/** What an offer may say, and how (RFC 7692 section 7.1). */
const parameters: Readonly<Record<string, RegExp>> = {
  server_no_context_takeover: /^true$/,
  client_no_context_takeover: /^true$/,
  server_max_window_bits: /^([89]|1[0-5])$/,
  client_max_window_bits: /^([89]|1[0-5]|true)$/,
};

const isOffer = (offer: Parameters): boolean =>
  Object.entries(offer).every(
    ([key, [value, ...more]]) => more.length === 0 && parameters[key]?.test(String(value)) === true,
  );

/**
 * Takes offers of compression out of the header that have to be declined. The library would refuse
 * the handshake because of one, though the next may be good, or none be needed.
 */
export function declineWrongOffers(headers: IncomingHttpHeaders): void {
  const { [name]: header } = headers;
  if (header === undefined) return;
  const offers = (extension.parse(header)[deflate] ?? []).filter(isOffer);
  headers[name] = offers.length === 0 ? undefined : extension.format({ [deflate]: offers });
}
