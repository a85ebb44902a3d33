import fc from "fast-check";
import {
  clientMessages,
  serverMessages,
  type ClientMessage,
  type Field,
  type Fields,
  type ServerMessage,
} from "../../src/index.ts";

/*
 * Messages made from the tables themselves, so that a new message or field is tested without a
 * line of test code.
 */

function fieldValue(field: Field): fc.Arbitrary<unknown> {
  if (typeof field === "string") return fc.constant(field);
  switch (field.kind) {
    case "choice":
      return fc.constantFrom(...field.values);
    case "string":
      return fc.string({ unit: "binary", maxLength: Math.min(field.max ?? 100, 100) });
    case "integer":
      return fc.integer({ min: field.min, max: field.max ?? Number.MAX_SAFE_INTEGER });
    case "strings":
      return fc.array(fc.string({ unit: "binary" }), { maxLength: field.max });
    case "object":
      return fieldsValue(field.fields);
  }
}

function fieldsValue(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const required = Object.entries(fields)
    .filter(([, field]) => typeof field === "string" || !("optional" in field))
    .map(([name]) => name);
  return fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldValue(field)])),
    { requiredKeys: required, noNullPrototype: true },
  );
}

const anyOf = (table: Readonly<Record<string, Fields>>): fc.Arbitrary<unknown> =>
  fc.oneof(...Object.values(table).map(fieldsValue));

export const clientMessage = anyOf(clientMessages) as fc.Arbitrary<ClientMessage>;
export const serverMessage = anyOf(serverMessages) as fc.Arbitrary<ServerMessage>;

const names = fc.constantFrom(
  ...["type", "mechanism", "user", "password", "data", "token", "id", "text", "limits"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "toJSON"],
);

/** Any value that JSON can hold, rich in the names that programs stumble over. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -0, 1e308, -1, 2 ** 53, 1.5, "", "ping", "auth"),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(names, fc.string({ maxLength: 8 })), tie("value")), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;
