import { failure, success, type Result } from "./result.ts";

/**
 * A message's shape as data: the validator reads it, the types are inferred from it, and the
 * AsyncAPI document is generated from it, so that the three cannot drift apart.
 */
export type Field =
  /** Just this text. */
  | string
  | { readonly kind: "string"; readonly max?: number; readonly optional?: true }
  | {
      readonly kind: "integer";
      readonly min: number;
      readonly max?: number;
      readonly optional?: true;
    }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "strings"; readonly max: number }
  | { readonly kind: "object"; readonly fields: Fields };

/** A message's fields by name. */
export type Fields = Readonly<Record<string, Field>>;

type Value<F extends Field> = F extends string
  ? F
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
    if (value === undefined && typeof field === "object" && "optional" in field) continue;
    const inner = `${path}.${name}`;
    if (typeof field === "object" && field.kind === "object") {
      const checked = validate(value, field.fields, inner);
      if (!checked.ok) return checked;
      output[name] = checked.value;
      continue;
    }
    const expected = mismatch(value, field);
    if (expected !== null) return failure(`${inner} must be ${expected}`);
    output[name] = Array.isArray(value) ? [...(value as readonly string[])] : value;
  }
  return success(output as Infer<S>);
}

/** What `value` should have been; `null` where it is that. */
function mismatch(
  value: unknown,
  field: Exclude<Field, { readonly kind: "object" }>,
): string | null {
  if (typeof field === "string") return value === field ? null : JSON.stringify(field);
  switch (field.kind) {
    case "choice":
      return field.values.includes(value as string) ? null : `one of ${field.values.join(", ")}`;
    case "integer": {
      const { min, max = Number.MAX_SAFE_INTEGER } = field;
      const fits = Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
      return fits ? null : `an integer from ${min} to ${max}`;
    }
    case "string": {
      const { max = Infinity } = field;
      if (isString(value) && value.length <= max) return null;
      return max === Infinity ? "a string" : `a string of at most ${max} characters`;
    }
    case "strings": {
      const { max } = field;
      return Array.isArray(value) && value.length <= max && value.every(isString)
        ? null
        : `a list of at most ${max} strings`;
    }
  }
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
