import { failure, success, type Result } from "./result.ts";

/**
 * A message's shape as data: the validator reads it, the types are inferred from it, and the
 * AsyncAPI document is generated from it, so that the three cannot drift apart.
 */
export type Field =
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "string"; readonly maxLength?: number; readonly optional?: true }
  | {
      readonly kind: "integer";
      readonly min: number;
      readonly max?: number;
      readonly optional?: true;
    }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "strings"; readonly maxItems: number }
  | { readonly kind: "object"; readonly fields: Fields };

/** A message's fields by name. */
export type Fields = Readonly<Record<string, Field>>;

type Value<F extends Field> = F extends { readonly kind: "constant"; readonly value: infer V }
  ? V
  : F extends { readonly kind: "choice"; readonly values: readonly (infer V)[] }
    ? V
    : F extends { readonly kind: "object"; readonly fields: infer O extends Fields }
      ? Infer<O>
      : F extends { readonly kind: "strings" }
        ? readonly string[]
        : F extends { readonly kind: "integer" }
          ? number
          : string;

type OptionalKeys<S extends Fields> = {
  [K in keyof S]: S[K] extends { readonly optional: true } ? K : never;
}[keyof S];

/** The TypeScript type that a table of fields describes. */
export type Infer<S extends Fields> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Value<S[K]>;
} & { readonly [K in OptionalKeys<S>]?: Value<S[K]> };

/**
 * Checks `input` against `fields` and copies just the known ones, so that unknown fields are
 * ignored and nothing of the input's prototype is trusted. Never throws for a value that came
 * out of `JSON.parse`. An error names the path and what was expected, never the value: it may
 * be a password.
 */
export function validate<S extends Fields>(
  input: unknown,
  fields: S,
  path: string,
): Result<Infer<S>, string> {
  if (!isRecord(input)) return failure(`${path} must be an object`);
  const output: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value === undefined && "optional" in field) continue;
    const checked = check(value, field, `${path}.${name}`);
    if (!checked.ok) return checked;
    output[name] = checked.value;
  }
  return success(output as Infer<S>);
}

function check(value: unknown, field: Field, path: string): Result<unknown, string> {
  switch (field.kind) {
    case "object":
      return validate(value, field.fields, path);
    case "constant":
      return value === field.value
        ? success(value)
        : failure(`${path} must be ${JSON.stringify(field.value)}`);
    case "choice":
      return field.values.some((known) => known === value)
        ? success(value)
        : failure(`${path} must be one of ${field.values.join(", ")}`);
    case "integer": {
      const max = field.max ?? Number.MAX_SAFE_INTEGER;
      return typeof value === "number" &&
        Number.isInteger(value) &&
        value >= field.min &&
        value <= max
        ? success(value)
        : failure(`${path} must be an integer from ${String(field.min)} to ${String(max)}`);
    }
    case "strings":
      return Array.isArray(value) &&
        value.length <= field.maxItems &&
        value.every((item) => typeof item === "string")
        ? success([...(value as readonly string[])])
        : failure(`${path} must be a list of at most ${String(field.maxItems)} strings`);
    case "string": {
      const max = field.maxLength ?? Infinity;
      return typeof value === "string" && value.length <= max
        ? success(value)
        : failure(
            `${path} must be a string${max === Infinity ? "" : ` of at most ${String(max)} characters`}`,
          );
    }
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
