import type { CertificateOptions } from "../certificates.ts";
import type { ConnectionOptions } from "../connection/read.ts";
import type { CredentialOptions } from "../credentials.ts";
import type { DisplayOptions } from "../display.ts";
import type { Delimiter, Framing, InputKind } from "../input/framing.ts";

/** The options of `wsecho connect`, as the argument parser names them. */
export interface ConnectCommandOptions
  extends
    CredentialOptions,
    CertificateOptions,
    ConnectionOptions,
    Omit<DisplayOptions, "filter" | "pretty" | "timestamps"> {
  readonly dialect?: "v1" | "plain" | "auto" | "none";
  readonly subprotocol?: readonly string[];
  readonly reconnect?: boolean;
  /** How often in a row. */
  readonly reconnectMax?: number;
  readonly wait?: boolean;
  /** Seconds, like all times here. */
  readonly connectTimeout: number;
  readonly timeout: number;
  readonly eofWait: number;
  readonly pingInterval?: number;
  readonly pingTimeout: number;
  readonly execute?: readonly string[];
  readonly interactive?: boolean;
  readonly input: InputKind;
  readonly delimiter?: Delimiter;
  readonly binary?: boolean;
  readonly count?: number;
  readonly one?: boolean;
  readonly expect?: readonly string[];
  readonly okClose?: readonly number[];
  readonly json?: boolean;
  readonly showControl?: boolean;
  readonly timestamps?: boolean;
  readonly timestampsKind?: DisplayOptions["timestamps"];
  readonly filter?: string;
  readonly pretty?: boolean;
  readonly watch?: boolean;
  readonly record?: string;
  readonly history: boolean;
  readonly asCurl?: boolean;
  readonly verbose: number;
  readonly quiet?: boolean;
}

/** For a command that has fewer options. */
export const connectDefaults = {
  authType: "basic",
  maxSize: 16 * 1024 * 1024,
  eofWait: 1,
  pingTimeout: 10,
  input: "lines",
  history: false,
  verbose: 0,
} as const satisfies Partial<ConnectCommandOptions>;

/** How the input is cut into messages. */
export function framingOf(
  options: Pick<ConnectCommandOptions, "input" | "delimiter" | "binary" | "maxSize">,
): Framing {
  const { input, delimiter, binary = false, maxSize } = options;
  const end: Delimiter = delimiter ?? (input === "raw" ? "none" : "lf");
  return { input, delimiter: end, binary, maxBytes: pieceBytes(input, maxSize) };
}

/** How long a piece may be for a message of `maxSize` bytes. */
function pieceBytes(input: InputKind, maxSize: number): number {
  switch (input) {
    // Two digits a byte, and a blank.
    case "hex":
      return maxSize * 3;
    // Four characters for three bytes, and line ends.
    case "base64":
      return maxSize * 2;
    // As in \u0000, and the other fields.
    case "ndjson":
      return maxSize * 6 + 1024;
    case "lines":
    case "json":
    case "raw":
      return maxSize;
  }
}
