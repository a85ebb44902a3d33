import { fromUtf8, fromUtf8Lenient } from "./bytes.ts";
import { lint, type Lint } from "./lint.ts";

/** What a close frame says. */
export interface Close {
  readonly code: number;
  readonly reason: string;
  readonly lint: readonly Lint[];
}

/** Reads the plain payload of a close frame (RFC 6455 section 5.5.1). */
export function readClose(payload: Uint8Array): Close {
  if (payload.length === 0) return { code: 1005, reason: "", lint: [] };
  if (payload.length === 1) return { code: 1005, reason: "", lint: [lint("close-length")] };
  const found: Lint[] = [];
  const code = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
  const wrong = whyNotSent(code);
  if (wrong !== undefined) found.push(lint("close-code", `${code} ${wrong}`));
  const bytes = payload.subarray(2);
  const reason = fromUtf8(bytes);
  if (reason === undefined) found.push(lint("close-reason"));
  return { code, reason: reason ?? fromUtf8Lenient(bytes), lint: found };
}

/** RFC 6455 section 7.4.2, and the registry up to 1014. */
function whyNotSent(code: number): string | undefined {
  if (code < 1000) return "is below 1000";
  if (code > 4999) return "is above 4999";
  if (code === 1005 || code === 1006 || code === 1015) return "is for the receiving side only";
  if (code === 1004 || (code > 1014 && code < 3000)) return "is reserved";
  return undefined;
}
