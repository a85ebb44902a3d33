import { closes, retryAfterClose, type Retry } from "@wsecho/protocol";
import { exitStatus } from "./exit.ts";
import { exitOfClose, otherMeanings } from "./explain.ts";

/**
 * The number, where a person means a close code and no bytes: four decimal digits, 1000 to 4999. As a
 * frame they would be one with reserved bits set, or a fragment without a beginning.
 */
export function readCloseCode(words: readonly string[]): number | null {
  const [word = "", ...rest] = words;
  return rest.length === 0 && /^[1-4]\d{3}$/.test(word) ? Number(word) : null;
}

const returns: Readonly<Record<Retry, string>> = {
  never: "a client does not come back by itself",
  later: "a client may come back after a while",
  credentials: "a client may come back after a new login",
};

/** What a close code says, who may send it, and what `wsecho` makes of it. */
export function explainCode(code: number): string {
  const known = Object.values(closes).filter((close) => close.code === code);
  const meanings =
    known.length > 0
      ? known.map(
          ({ reason }) => [reason || "normal close", retryAfterClose(code, reason)] as const,
        )
      : [[otherMeanings[code] ?? "no meaning yet", retryAfterClose(code)] as const];
  const statuses = new Set([exitOfClose(code, false), exitOfClose(code, true)].map(exitStatus));
  const [before, after = before] = statuses;
  return [
    `${code} is a close code (RFC 6455 section 7.4): ${rangeOf(code)}.`,
    ...meanings.map(([meaning, retry]) => `  ${meaning}: ${returns[retry]}`),
    `  exit status of wsecho: ${before === after ? after : `${before} before a login, else ${after}`}`,
  ].join("\n");
}

function rangeOf(code: number): string {
  if (code === 1005 || code === 1006 || code === 1015)
    return "reported by the receiving side, never in a close frame";
  if (code < 3000) return "for RFC 6455 and its extensions to define";
  return code < 4000 ? "registered with IANA by libraries" : "an application's own";
}
