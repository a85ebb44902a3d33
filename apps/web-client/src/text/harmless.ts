/**
 * A peer's words for a line of ours. Embeddings, overrides and isolates (UAX #9) are named, as they
 * would turn our words, too.
 */
export function harmless(text: string): string {
  return text.replace(
    /[\u202a-\u202e\u2066-\u2069]/g,
    (control) => `<U+${control.charCodeAt(0).toString(16).toUpperCase()}>`,
  );
}
