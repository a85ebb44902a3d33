import type { ServerEvent } from "@wsecho/protocol";
import type { WebSocket } from "ws";

type Violation = Extract<ServerEvent, { readonly type: "violation" }>;

/**
 * Calls `onViolation` when a frame of the peer is at fault, while the connection can still be
 * closed with a reason. The library's own `error` event comes after its close, which has none. A
 * test fails where the library decodes elsewhere.
 */
export function watchFrames(
  webSocket: WebSocket,
  onViolation: (violation: Violation) => void,
): void {
  const { _receiver: receiver } = webSocket as unknown as Internals;
  receiver.prependListener("error", (error) => {
    const violation = violationOf(error);
    if (violation !== undefined) onViolation(violation);
  });
}

/** As of ws 8.23. */
interface Internals {
  readonly _receiver: {
    readonly prependListener: (event: "error", listener: (error: Error) => void) => void;
  };
}

/** What an error of the library's decoder says about the peer's frames. */
function violationOf(error: Error): Violation | undefined {
  const code = "code" in error ? error.code : undefined;
  switch (code) {
    case "WS_ERR_INVALID_UTF8":
      return { type: "violation", close: "invalidData" };
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return { type: "violation", close: "tooBig" };
    case "WS_ERR_TOO_MANY_BUFFERED_PARTS":
      return { type: "violation", close: "tooManyFragments" };
    default:
      return typeof code === "string" && code.startsWith("WS_ERR_")
        ? { type: "violation", close: "protocolError" }
        : undefined;
  }
}
