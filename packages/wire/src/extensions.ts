import { lint, type Lint } from "./lint.ts";

/** permessage-deflate as negotiated (RFC 7692 section 7.1). */
export interface Deflate {
  /** What the client compresses with. */
  readonly c2s: DeflateSide;
  /** What the server compresses with. */
  readonly s2c: DeflateSide;
}

/** One direction of {@link Deflate}. */
export interface DeflateSide {
  /** The window is kept from message to message. */
  readonly takeover: boolean;
  /** Size of the window, as a power of two: 8 to 15. */
  readonly windowBits: number;
}

interface Extension {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

/** The entries of Sec-WebSocket-Extensions (RFC 6455 section 9.1). */
export function parseExtensions(header: string): readonly Extension[] {
  return split(header, ",")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [name = "", ...parameters] = split(entry, ";");
      return {
        name: name.toLowerCase(),
        parameters: parameters.map((parameter) => {
          const at = parameter.indexOf("=");
          if (at < 0) return [parameter.toLowerCase(), undefined] as const;
          const value = parameter.slice(at + 1).trim();
          const quoted = /^"(.*)"$/.exec(value)?.[1] ?? value;
          return [parameter.slice(0, at).trim().toLowerCase(), quoted] as const;
        }),
      };
    });
}

/** At `separator`, but not inside quotes. */
function split(text: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push(part.trim());
      part = "";
    } else part += character;
  }
  return [...parts, part.trim()];
}

const name = "permessage-deflate";

/**
 * Reads a server's answer to a client's offer.
 *
 * @param offer `undefined` where the request was not seen: then nothing is said about offers
 */
export function negotiateDeflate(
  answer: string | undefined,
  offer: string | undefined,
): { readonly deflate: Deflate | null; readonly lint: readonly Lint[] } {
  const found: Lint[] = [];
  const offers = offer === undefined ? undefined : parseExtensions(offer);
  let deflate: Deflate | null = null;
  for (const extension of parseExtensions(answer ?? "")) {
    const matching = offers?.filter((offered) => offered.name === extension.name);
    if (matching?.length === 0) found.push(lint("extension-not-offered"));
    if (extension.name !== name) continue;
    if (deflate !== null) {
      found.push(lint("extension-parameter", `${name} stands twice`));
      continue;
    }
    const offeredBits = matching?.some(({ parameters }) =>
      parameters.some(([parameter]) => parameter === "client_max_window_bits"),
    );
    const read = readParameters(extension, offeredBits ?? true);
    found.push(...read.lint);
    deflate = read.deflate;
  }
  return { deflate, lint: found };
}

function readParameters(
  { parameters }: Extension,
  mayLimitClient: boolean,
): { readonly deflate: Deflate; readonly lint: readonly Lint[] } {
  const found: Lint[] = [];
  const seen = new Map<string, string | undefined>();
  for (const [parameter, value] of parameters) {
    if (seen.has(parameter)) found.push(lint("extension-parameter", "one stands twice"));
    const flag = /^(client|server)_no_context_takeover$/.test(parameter);
    const bits = /^(client|server)_max_window_bits$/.test(parameter);
    if (!flag && !bits) found.push(lint("extension-parameter", "one is unknown"));
    if (flag && value !== undefined)
      found.push(lint("extension-parameter", "no_context_takeover takes no value"));
    if (bits && !/^(8|9|1[0-5])$/.test(value ?? ""))
      found.push(lint("extension-parameter", "max_window_bits is a number from 8 to 15"));
    if (parameter === "client_max_window_bits" && !mayLimitClient)
      found.push(lint("extension-parameter", "client_max_window_bits was not offered"));
    seen.set(parameter, value);
  }
  const side = (who: "client" | "server"): DeflateSide => {
    const bits = Number(seen.get(`${who}_max_window_bits`) ?? 15);
    return {
      takeover: !seen.has(`${who}_no_context_takeover`),
      windowBits: Number.isInteger(bits) && bits >= 8 && bits <= 15 ? bits : 15,
    };
  };
  return { deflate: { c2s: side("client"), s2c: side("server") }, lint: found };
}
