/** Names of query parameters whose values let somebody in, by any name that people give them. */
const secretName =
  /token|auth|key|secret|pass(w|phrase|\b)|pwd|credential|session|sid\b|jwt|sig|ticket|code|cookie|bearer|otp\b/i;

/** The address without its secrets, as far as names and looks tell them, to store and to share. */
export function publicAddress(address: string): string {
  return withoutSecrets(address, (query, name) => query.delete(name));
}

/** The same to look at, and for a command: that something is missing can be seen. */
export function shownAddress(address: string): string {
  return withoutSecrets(address, (query, name) => query.set(name, "***"));
}

function withoutSecrets(
  address: string,
  hide: (query: URLSearchParams, name: string) => void,
): string {
  if (!URL.canParse(address)) return "";
  const url = new URL(address);
  url.username = "";
  url.password = "";
  url.hash = "";
  for (const [name, value] of [...url.searchParams])
    if (secretName.test(name) || value.startsWith("eyJ")) hide(url.searchParams, name);
  return url.href;
}

const namedSecret = new RegExp(`(${secretName.source})\\w*["']?\\s*[:=]`, "i");

/** Whether words of a person's own look as if they held a secret: a token, or a name with its value. */
export const looksSecret = (text: string): boolean =>
  /eyJ|bearer /i.test(text) || namedSecret.test(text);
