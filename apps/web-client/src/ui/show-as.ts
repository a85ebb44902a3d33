import { failure, success, type Payload, type Result } from "@wsecho/protocol";
import { readProtobuf, protobufText } from "../session/protobuf.ts";
import { base64Of } from "../text/base64.ts";
import { hexDump } from "../text/hex.ts";
import { indentJson } from "../text/json.ts";
import type { ShowAs } from "./row-state.ts";

/** A hex dump of so many rows is more than is shown, so that one sees that there is more. */
const maxRows = 2048;

/** A payload as something else than what came; the failure says why it is not that. */
export async function showPayload(
  payload: Payload,
  showAs: ShowAs,
): Promise<Result<string, string>> {
  const bytes = payload.kind === "text" ? new TextEncoder().encode(payload.text) : payload.data;
  try {
    switch (showAs) {
      case "asIs":
      case "text":
        return success(new TextDecoder().decode(bytes));
      case "json":
        return success(indentJson(new TextDecoder().decode(bytes)));
      case "hex":
        return success(hexDump(bytes, maxRows));
      case "base64":
        return success(base64Of(bytes));
      case "msgpack":
        return success(
          tidy((await import("@msgpack/msgpack")).decode(bytes, { useBigInt64: true })),
        );
      case "cbor": {
        const { decode } = await import("cborg");
        return success(tidy(decode(bytes, { useMaps: true, allowIndefinite: true })));
      }
      case "protobuf": {
        const fields = readProtobuf(bytes);
        return fields === null ? failure("no message") : success(protobufText(fields));
      }
    }
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

/** As JSON, with what JSON has no form for written so that one sees what it is. */
function tidy(value: unknown): string {
  const plain = (_: string, inner: unknown): unknown => {
    if (typeof inner === "bigint") return `${inner}n`;
    if (inner instanceof Uint8Array) return `base64 ${base64Of(inner)}`;
    if (inner instanceof Map)
      return Object.fromEntries([...inner].map(([key, of]) => [String(key), of as unknown]));
    return inner;
  };
  // `undefined` has no JSON, and the types do not say so.
  return value === undefined ? "undefined" : JSON.stringify(value, plain, 2);
}
