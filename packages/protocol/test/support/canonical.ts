/** How to write the fields of these names; the others are written as they are. */
export type Writers = Readonly<Record<string, (value: unknown) => string>>;

/**
 * A text for `value` that is the same for values that are the same. Fields that no writer names
 * are taken in whole, so that a field which a machine gains later is never left out.
 */
export function canonical(value: unknown, writers: Writers): string {
  if (value instanceof Uint8Array) return `<${value.join()}>`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    let text = "[";
    for (const item of value as readonly unknown[]) text += `${canonical(item, writers)},`;
    return `${text}]`;
  }
  let text = "{";
  for (const name in value) {
    const field = (value as Readonly<Record<string, unknown>>)[name];
    const write = writers[name];
    text += `${name}:${write === undefined ? canonical(field, writers) : write(field)},`;
  }
  return `${text}}`;
}
