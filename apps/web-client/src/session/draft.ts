import { failure, success, type Payload, type Result } from "@wsecho/protocol";
import type { Draft } from "../store/types.ts";
import { parseBase64 } from "../text/base64.ts";
import { parseHex, type HexProblem } from "../text/hex.ts";

export type DraftProblem =
  | HexProblem
  /** `detail` in the browser's words. */
  | { readonly kind: "notJson"; readonly detail: string }
  | { readonly kind: "notBase64" }
  /** No file was chosen. */
  | { readonly kind: "noFile" };

/** What would be sent. `file` is what was chosen in the mode of that name. */
export function payloadOf(
  { mode, text }: Draft,
  file: Uint8Array | null,
): Result<Payload, DraftProblem> {
  switch (mode) {
    case "text":
      return success({ kind: "text", text });
    case "json": {
      const problem = jsonProblem(text);
      // As it was typed: what is checked is not changed.
      return problem === null ? success({ kind: "text", text }) : failure(problem);
    }
    case "hex":
      return binary(parseHex(text));
    case "base64":
      return binary(parseBase64(text));
    case "file":
      return file === null ? failure({ kind: "noFile" }) : success({ kind: "binary", data: file });
  }
}

function binary<Problem>(data: Result<Uint8Array, Problem>): Result<Payload, Problem> {
  return data.ok ? success({ kind: "binary", data: data.value }) : data;
}

function jsonProblem(text: string): DraftProblem | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return { kind: "notJson", detail: error instanceof Error ? error.message : String(error) };
  }
}
