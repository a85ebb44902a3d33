/** One thing that breaks a rule, or that an RFC warns of. */
export interface Lint {
  /** A name out of {@link lintRules}; records of newer versions may have others. */
  readonly rule: string;
  /** Where the rule stands. */
  readonly rfc: string;
  /** `error` breaks a MUST, `warning` is legal but a mistake or a risk. */
  readonly level: "error" | "warning";
  /** The rule in words, and what was found; never a peer's bytes. */
  readonly says: string;
}

type Rule = readonly [level: Lint["level"], rfc: string, says: string];

/** Every rule that the decoder checks: how bad, where it stands, what it says. */
export const lintRules = {
  // frames
  "unmasked-client": ["error", "RFC 6455 5.1", "a client must mask every frame"],
  "masked-server": ["error", "RFC 6455 5.1", "a server must not mask a frame"],
  "rsv-without-extension": [
    "error",
    "RFC 6455 5.2",
    "a reserved bit is set, and no negotiated extension gives it a meaning",
  ],
  "rsv1-misplaced": [
    "error",
    "RFC 7692 6.1",
    "RSV1 belongs on the first frame of a compressed message only",
  ],
  "control-too-long": ["error", "RFC 6455 5.5", "a control frame carries at most 125 bytes"],
  "control-fragmented": ["error", "RFC 6455 5.5", "a control frame must not be fragmented"],
  "reserved-opcode": ["error", "RFC 6455 5.2", "the opcode is reserved"],
  "length-not-minimal": ["error", "RFC 6455 5.2", "the length must be written in the fewest bytes"],
  "length-high-bit": ["error", "RFC 6455 5.2", "the top bit of a 64-bit length must be 0"],
  "repeated-key": [
    "error",
    "RFC 6455 5.3",
    "the masking key was used before; each frame needs a fresh one",
  ],
  "predictable-key": ["error", "RFC 6455 5.3", "the masking key is predictable"],
  "data-after-close": ["error", "RFC 6455 5.5.1", "nothing may follow a close frame"],
  "continuation-without-start": [
    "error",
    "RFC 6455 5.4",
    "a continuation without a message to continue",
  ],
  "data-inside-fragments": [
    "error",
    "RFC 6455 5.4",
    "a new message begins before the fragmented one has ended",
  ],
  "close-code": ["error", "RFC 6455 7.4", "the close code must not be sent"],
  "close-length": [
    "error",
    "RFC 6455 5.5.1",
    "a close frame's payload is empty or begins with a two-byte code",
  ],
  "close-reason": ["error", "RFC 6455 5.5.1", "the close reason is not UTF-8"],
  // messages
  "bad-utf8": ["error", "RFC 6455 8.1", "the text is not UTF-8"],
  "deflate-data": ["error", "RFC 7692 7.2.2", "the compressed data cannot be inflated"],
  // handshake
  "request-line": ["error", "RFC 6455 4.1", "the request must be a GET of HTTP/1.1 or higher"],
  "missing-header": ["error", "RFC 6455 4.1", "a required header is missing or has a wrong value"],
  "duplicate-header": [
    "error",
    "RFC 6455 11.3",
    "a header that may stand once stands more than once",
  ],
  "websocket-key": ["error", "RFC 6455 4.1", "Sec-WebSocket-Key is not 16 bytes in base64"],
  "weak-nonce": ["warning", "RFC 6455 4.1", "Sec-WebSocket-Key is not random"],
  version: ["error", "RFC 6455 4.1", "Sec-WebSocket-Version is not 13"],
  "wrong-accept": ["error", "RFC 6455 4.2.2", "Sec-WebSocket-Accept does not answer the key"],
  "missing-response-header": [
    "error",
    "RFC 6455 4.2.2",
    "a required header of the answer is missing or has a wrong value",
  ],
  "protocol-not-offered": ["error", "RFC 6455 4.1", "the selected subprotocol was not offered"],
  "extension-not-offered": ["error", "RFC 6455 9.1", "the selected extension was not offered"],
  "extension-parameter": [
    "error",
    "RFC 7692 7.1",
    "a parameter of permessage-deflate is unknown, repeated, has a wrong value or was not offered",
  ],
  "unexpected-header": [
    "warning",
    "RFC 9110 8.6",
    "a header that has no meaning here, or is forbidden",
  ],
} as const satisfies Readonly<Record<string, Rule>>;

/** The name of a rule of this version. */
export type LintRule = keyof typeof lintRules;

/** @param detail what was found, in this package's own words */
export function lint(rule: LintRule, detail?: string): Lint {
  const [level, rfc, says] = lintRules[rule];
  return { rule, rfc, level, says: detail === undefined ? says : `${says}: ${detail}` };
}
