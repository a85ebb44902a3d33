import type { ServerEvent } from "@wsecho/protocol";

export type Violation = Extract<ServerEvent, { readonly type: "violation" }>;

/** What an error of the library's decoder says about the peer's frames. */
export function violationOf(error: Error): Violation | undefined {
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
      // zlib's own are of a message that cannot be inflated.
      return typeof code === "string" && /^(WS_ERR|Z)_/.test(code)
        ? { type: "violation", close: "protocolError" }
        : undefined;
  }
}
