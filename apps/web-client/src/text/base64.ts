import { failure, success, type Result } from "@wsecho/protocol";

/** Base64 or its form for URLs, padded or not, with white space anywhere. */
export function parseBase64(
  text: string,
): Result<Uint8Array<ArrayBuffer>, { readonly kind: "notBase64" }> {
  const digits = text.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
  try {
    return success(Uint8Array.from(atob(digits), (unit) => unit.charCodeAt(0)));
  } catch {
    return failure({ kind: "notBase64" });
  }
}

/** In pieces, because a call takes only so many arguments. */
export function base64Of(data: Uint8Array): string {
  let units = "";
  for (let at = 0; at < data.length; at += 0x8000)
    units += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return btoa(units);
}
