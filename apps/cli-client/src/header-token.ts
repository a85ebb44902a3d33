/** A token of RFC 9110 section 5.6.2, as names of headers and of subprotocols are. */
export function isHeaderToken(text: string): boolean {
  return /^[!#$%&'*+\-.^`|~\w]+$/.test(text);
}
