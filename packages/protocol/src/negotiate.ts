import type { DialectName } from "./dialect/dialect.ts";
import { failure, success, type Result } from "./result.ts";

/** The subprotocol of the v1 dialect (RFC 6455 section 1.9). */
export const subprotocol = "wsecho.v1";

/** A browser cannot set `Authorization`; it may offer its token behind this prefix, base64url. */
export const bearerPrefix = "wsecho.bearer.";

/** What an opening handshake has agreed on. */
export interface Negotiated {
  readonly dialect: DialectName;
  /** What the server answers in `Sec-WebSocket-Protocol`; absent where the client offered nothing. */
  readonly protocol?: typeof subprotocol;
  /** The base64url text behind {@link bearerPrefix}. A secret: never echoed, never logged. */
  readonly bearer?: string;
}

/** One entry of the list: a token (RFC 9110 section 5.6.2) between optional blanks. */
const entry = /^[ \t]*([!#$%&'*+\-.^_`|~\w]+)[ \t]*$/;

const base64url = /^[\w-]+$/;

/**
 * Chooses the dialect from the request header itself. A library's negotiated value will not do:
 * there an unmatched offer looks the same as none.
 *
 * @param header the value of `Sec-WebSocket-Protocol`, or `undefined` where the request has none
 * @returns the dialect, or the text of an HTTP 400 that names what was wrong and what is known
 */
export function negotiate(
  header: string | undefined,
  options: { readonly plain: boolean } = { plain: true },
): Result<Negotiated, string> {
  if (header === undefined) {
    return options.plain
      ? success({ dialect: "plain" })
      : failure(`the plain dialect is switched off; ask for the subprotocol ${subprotocol}`);
  }
  const known = `known: ${subprotocol}${options.plain ? ", or no Sec-WebSocket-Protocol header for the plain dialect" : ""}`;
  const offers = header.split(",").map((offer) => entry.exec(offer)?.[1] ?? "");
  if (offers.includes(""))
    return failure(`Sec-WebSocket-Protocol is not a list of names; ${known}`);
  if (new Set(offers).size !== offers.length)
    return failure("Sec-WebSocket-Protocol names a subprotocol twice");
  if (!offers.includes(subprotocol)) return failure(`no known subprotocol was offered; ${known}`);
  const bearers = offers.filter((offer) => offer.startsWith(bearerPrefix));
  if (bearers.length > 1) return failure("Sec-WebSocket-Protocol carries more than one token");
  const bearer = bearers[0]?.slice(bearerPrefix.length);
  if (bearer !== undefined && !base64url.test(bearer))
    return failure(`the token behind ${bearerPrefix} is not base64url without padding`);
  return success({
    dialect: "v1",
    protocol: subprotocol,
    ...(bearer === undefined ? {} : { bearer }),
  });
}
