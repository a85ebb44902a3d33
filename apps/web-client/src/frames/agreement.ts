import type { Deflate } from "@wsecho/wire";
import type { Handshake } from "./handshakes.ts";
import type { Kept } from "./log.ts";

/**
 * What a connection agreed on to compress with: `null` for nothing, `undefined` where nobody saw it.
 *
 * @param handshakeOf of a session that the server named
 */
export function agreementOf(
  kept: readonly Kept[],
  conn: number,
  handshakeOf: (session: string) => Handshake | null,
): Deflate | null | undefined {
  for (const { record } of kept) {
    if (record.conn !== conn) continue;
    if (record.k === "handshake" && record.deflate !== undefined) return record.deflate;
    if (record.k === "note" && record.session !== undefined) {
      const answer = handshakeOf(record.session)?.answer;
      if (answer?.deflate !== undefined) return answer.deflate;
    }
  }
  return undefined;
}
