import { rows, set, type HandshakeCase, type Row } from "./handshake-case.ts";

const extensions = (...values: readonly string[]) => set("Sec-WebSocket-Extensions", ...values);
const subprotocols = (value: string) => set("Sec-WebSocket-Protocol", value);

const accepted: readonly Row[] = [
  [
    "unknown-extension",
    "an extension that the server does not know is not selected",
    "9.1",
    extensions("x-no-such-extension; a=1; b, x-another"),
  ],
  [
    "extensions-in-any-form",
    "extensions may be listed in several headers, with quoted values",
    "9.1",
    extensions('x-one; a="1"', 'x-two;b="\\c" , x-two'),
  ],
];

/** What the grammar of section 9.1 does not allow. */
const unreadableExtensions = [
  ...["x; y=", "x;", ";x", "x y", "x; =1", "x, y;;z"],
  ...['x; y="a b"', 'x; y="a', 'x; y=""'],
];

/** Not tokens, or not each once (section 4.1, the tenth of the client's requirements). */
const unreadableSubprotocols = ["a b", "a;b", "same, same"];

const refused: readonly Row[] = [
  ...unreadableExtensions.map((value, i): Row => [
    `extensions-unreadable-${i + 1}`,
    `a list of extensions that is none is refused: ${value}`,
    "9.1",
    extensions(value),
  ]),
  ...unreadableSubprotocols.map((value, i): Row => [
    `subprotocols-unreadable-${i + 1}`,
    `a list of subprotocols that is none is refused: ${value}`,
    "4.2.1",
    subprotocols(value),
  ]),
];

const either: readonly Row[] = [
  [
    "no-extensions",
    "an empty list of extensions is refused, or selects nothing",
    "9.1",
    extensions(""),
  ],
  [
    "unknown-subprotocol",
    "a subprotocol that the server does not know is refused, or not selected",
    "4.2.2",
    subprotocols("x-no-such-subprotocol"),
  ],
];

/** Offers of permessage-deflate that say something wrong (RFC 7692 section 7.1). */
const wrongOffers = [
  ...["x", "x=1", "server_no_context_takeover=1", "client_no_context_takeover=1"],
  ...["server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16"],
  ...["server_max_window_bits=08", "server_max_window_bits=ten", "client_max_window_bits=7"],
  ...["client_max_window_bits=16", "client_max_window_bits=08"],
  ...["server_no_context_takeover; server_no_context_takeover"],
  ...["server_max_window_bits=10; server_max_window_bits=10"],
];

/** They are declined, which is no reason to refuse the handshake. */
const declined: readonly Row[] = wrongOffers.map((parameters, i): Row => [
  `deflate-declined-${i + 1}`,
  `an offer with ${parameters} is declined, and the connection goes on without`,
  "RFC 7692 7.1",
  extensions(`permessage-deflate; ${parameters}`),
]);

/** What a handshake may ask for: extensions and subprotocols. */
export const offerCases: readonly HandshakeCase[] = [
  ...[...accepted, ...declined].map(rows("accepted")),
  ...refused.map(rows("refused")),
  ...either.map(rows("either")),
];
