import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  AuthMessage,
  ClientMessage,
  HelloMessage,
  Infer,
  ServerMessage,
} from "../src/index.ts";
import { validate, type Fields } from "../src/schema.ts";

const check = (value: unknown, fields: Fields): unknown => validate(value, fields, "m");
const ok = (value: unknown): unknown => ({ ok: true, value });
const no = (error: string): unknown => ({ ok: false, error });

describe("validate", () => {
  it("copies known fields only, into a plain object", () => {
    const input: unknown = JSON.parse('{"a":"x","b":1,"__proto__":{"a":"y"}}');
    const result = validate(input, { a: { kind: "string" } }, "m");
    expect(result).toEqual(ok({ a: "x" }));
    expect(result.ok && Object.getPrototypeOf(result.value)).toBe(Object.prototype);
  });

  it("does not look into the prototype", () => {
    expect(check(Object.create({ a: "x" }), { a: { kind: "string" } })).toEqual(
      no("m.a must be a string"),
    );
    const inherited = Object.fromEntries([["toString", { kind: "string" }]] as const);
    expect(check({}, inherited)).toEqual(no("m.toString must be a string"));
  });

  it.each([null, undefined, 1, "x", true, [], [{ a: "x" }]])("takes %j for no object", (value) => {
    expect(check(value, {})).toEqual(no("m must be an object"));
  });

  it("names the path of what is wrong", () => {
    const fields = { a: { kind: "object", fields: { b: { kind: "integer", min: 1 } } } } as const;
    expect(check({ a: { b: 0 } }, fields)).toEqual(
      no("m.a.b must be an integer from 1 to 9007199254740991"),
    );
    expect(check({ a: 1 }, fields)).toEqual(no("m.a must be an object"));
    expect(check({}, fields)).toEqual(no("m.a must be an object"));
  });

  it("holds the bounds of strings, integers and lists to the last one", () => {
    const text: Fields = { a: { kind: "string", max: 2 } };
    expect(check({ a: "ab" }, text)).toEqual(ok({ a: "ab" }));
    expect(check({ a: "abc" }, text)).toEqual(no("m.a must be a string of at most 2 characters"));
    const whole: Fields = { a: { kind: "integer", min: -1, max: 2 } };
    for (const a of [-1, 0, 2]) expect(check({ a }, whole)).toEqual(ok({ a }));
    for (const a of [-2, 3, 0.5, Infinity, NaN, "1", null])
      expect(check({ a }, whole)).toEqual(no("m.a must be an integer from -1 to 2"));
    const list: Fields = { a: { kind: "strings", max: 1 } };
    for (const a of [[], ["x"]]) expect(check({ a }, list)).toEqual(ok({ a }));
    for (const a of [["x", "y"], [1], "x", {}])
      expect(check({ a }, list)).toEqual(no("m.a must be a list of at most 1 strings"));
  });

  it("[M4] tells absent from null", () => {
    const fields: Fields = { a: { kind: "string", optional: true } };
    expect(check({}, fields)).toEqual(ok({}));
    expect(check({ a: undefined }, fields)).toEqual(ok({}));
    expect(check({ a: null }, fields)).toEqual(no("m.a must be a string"));
  });

  it("copies lists, so that nobody can change a checked message", () => {
    const a = ["x"];
    const result = validate({ a }, { a: { kind: "strings", max: 2 } }, "m");
    a.push("y");
    expect(result).toEqual(ok({ a: ["x"] }));
  });
});

describe("Infer", () => {
  it("makes the types that the tables describe", () => {
    type Mixed = Infer<{ a: { kind: "string" }; b: { kind: "integer"; min: 1; optional: true } }>;
    expectTypeOf<Mixed["a"]>().toEqualTypeOf<string>();
    expectTypeOf<Mixed["b"]>().toEqualTypeOf<number | undefined>();
    type Choice = Infer<{ a: { kind: "choice"; values: readonly ["x", "y"] } }>;
    expectTypeOf<Choice["a"]>().toEqualTypeOf<"x" | "y">();
    expectTypeOf<ClientMessage["type"]>().toEqualTypeOf<
      "auth" | "response" | "submit" | "ping" | "pong"
    >();
    expectTypeOf<ServerMessage["type"]>().toEqualTypeOf<
      "hello" | "challenge" | "ok" | "denied" | "echo" | "error" | "ping" | "pong"
    >();
    expectTypeOf<AuthMessage["mechanism"]>().toEqualTypeOf<"plain" | "scram-sha-256" | "token">();
    expectTypeOf<HelloMessage["limits"]["maxAttempts"]>().toEqualTypeOf<number>();
  });
});
