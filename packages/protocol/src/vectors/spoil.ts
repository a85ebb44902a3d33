import { decodeBase64, encodeBase64 } from "../scram/base64.ts";
import type { Tamper } from "./format.ts";

/**
 * A client-final message of SCRAM (RFC 5802 section 7), spoilt as a step asks for: it is still
 * well-formed, and must be refused.
 */
export function spoil(clientFinal: string, tamper: Tamper | undefined): string {
  switch (tamper) {
    case undefined:
      return clientFinal;
    case "nonce":
      return clientFinal.replace(/,r=./, (start) => (start === ",r=x" ? ",r=y" : ",r=x"));
    case "channelBinding":
      // The header `y,,` in place of `n,,`.
      return clientFinal.replace("c=biws", "c=eSws");
    case "proof":
      return clientFinal.replace(/p=(.*)$/, (_, proof: string) => {
        const [first = 0, ...rest] = decodeBase64(proof) ?? [];
        return `p=${encodeBase64(Uint8Array.of(first ^ 1, ...rest))}`;
      });
  }
}
