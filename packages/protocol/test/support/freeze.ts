/** Freezes `value` and everything in it, so that writing to it throws. Bytes cannot be frozen. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  for (const field of Object.values(value)) freeze(field);
  return Object.freeze(value);
}
