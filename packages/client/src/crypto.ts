import { encodeBase64, webScramCrypto, type ScramCrypto } from "@wsecho/protocol/scram";

/** Random, never used before, and without a comma; 144 bits. */
export function createNonce(): string {
  return encodeBase64(crypto.getRandomValues(new Uint8Array(18)));
}

/**
 * SCRAM's functions from WebCrypto, or from `@noble/hashes` where there is none: browsers give
 * pages on plain `http://` no `crypto.subtle`, other than on loopback. The fallback is loaded only
 * there, and computes in slices, so that the page stays alive; it is some ten times slower.
 */
export async function loadScramCrypto({
  subtle,
}: { readonly subtle?: typeof crypto.subtle } = crypto): Promise<ScramCrypto> {
  if (subtle !== undefined) return webScramCrypto(subtle);
  const { nobleScramCrypto } = await import("./noble.ts");
  return nobleScramCrypto;
}
