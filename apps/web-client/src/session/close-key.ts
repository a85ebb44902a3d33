import { closes, type CloseName } from "@wsecho/protocol";

/** What there are words for: every close of the protocol's table, and what else a peer may say. */
export type CloseKey =
  | CloseName
  /** 1005: a close frame without a code. */
  | "noCode"
  /** 1006: the connection broke without a close frame. */
  | "abnormal"
  | "badGateway"
  | "missingExtension"
  | "serviceError"
  /** 3000–3999, registered with IANA (RFC 6455 section 7.4.2). */
  | "registered"
  /** 4000–4999, private to an application. */
  | "private"
  | "unknown";

const others: Readonly<Record<number, CloseKey>> = {
  1005: "noCode",
  1006: "abnormal",
  1010: "missingExtension",
  1014: "badGateway",
};

/** Which words explain a close. Where two entries share a code the reason decides. */
export function closeKey(code: number, reason: string): CloseKey {
  const entries = Object.entries(closes) as [CloseName, (typeof closes)[CloseName]][];
  const named = entries.filter(([, close]) => close.code === code);
  const found = named.find(([, close]) => close.reason === reason) ?? named[0];
  if (found !== undefined) return found[0];
  const other = others[code];
  if (other !== undefined) return other;
  if (code >= 4500 && code <= 4599) return "serviceError";
  if (code >= 3000 && code <= 3999) return "registered";
  return code >= 4000 && code <= 4999 ? "private" : "unknown";
}
