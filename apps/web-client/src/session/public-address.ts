/** Names of query parameters whose values let somebody in, by any name that people give them. */
const secretName =
  /token|auth|key|secret|passw|pwd|credential|session|sid$|jwt|sig|ticket|code|cookie/i;

/** The address without its secrets, as far as names and looks tell them, to store and to share. */
export function publicAddress(address: string): string {
  if (!URL.canParse(address)) return "";
  const url = new URL(address);
  url.username = "";
  url.password = "";
  url.hash = "";
  for (const [name, value] of [...url.searchParams])
    if (secretName.test(name) || value.startsWith("eyJ")) url.searchParams.delete(name);
  return url.href;
}
