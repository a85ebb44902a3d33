import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asyncApiFile, generateAsyncApi } from "../scripts/generated.ts";
import {
  clientMessages,
  closes,
  decodeClientMessage,
  decodeServerMessage,
  serverMessages,
  subprotocol,
} from "../src/index.ts";
import { messageVectors } from "../src/vectors/index.ts";
import { anyJson, clientMessage, serverMessage } from "./vectors/arbitraries.ts";

interface Document {
  readonly asyncapi: string;
  readonly channels: { readonly session: Readonly<Record<string, unknown>> };
  readonly operations: Readonly<
    Record<string, { readonly action: string; readonly messages: readonly { $ref: string }[] }>
  >;
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly payload: object }>>;
  };
}

const text = await readFile(asyncApiFile, "utf8");
const document = JSON.parse(text) as Document;

describe("asyncapi.json", () => {
  it("is what the code says; else run: pnpm --filter @wsecho/protocol asyncapi", async () => {
    expect(text).toBe(await generateAsyncApi());
  });

  it("is a valid AsyncAPI 3.0.0 document", () => {
    const schema = createRequire(import.meta.url)("@asyncapi/specs/schemas/3.0.0.json") as object;
    // It brings JSON Schema's own schema along, so Ajv must not add its copy. Formats are left out.
    const ajv = new Ajv({ meta: false, strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    // The validator is awake.
    expect(validate({ ...document, channels: { session: { address: 1 } } })).toBe(false);
  });

  it("has every message of both sides, on its side", () => {
    const names = (side: string, table: object): string[] =>
      Object.keys(table).map((name) => side + name.charAt(0).toUpperCase() + name.slice(1));
    const { fromClient, fromServer } = document.operations;
    const listed = (operation: typeof fromClient): (string | undefined)[] =>
      (operation?.messages ?? []).map(({ $ref }) => $ref.split("/").at(-1));
    expect(fromClient?.action).toBe("receive");
    expect(listed(fromClient)).toEqual(names("client", clientMessages));
    expect(fromServer?.action).toBe("send");
    expect(listed(fromServer)).toEqual(names("server", serverMessages));
  });

  it("[C1] carries the close table and the subprotocol", () => {
    const { session } = document.channels;
    expect(session["x-subprotocol"]).toBe(subprotocol);
    expect(session["x-close-codes"]).toMatchObject(
      Object.entries(closes).map(([name, close]) => ({ name, ...close })),
    );
  });
});

describe("its schemas", () => {
  const ajv = new Ajv();
  const schemas = (side: string): ((value: unknown) => boolean) => {
    const payloads = Object.entries(document.components.messages)
      .filter(([name]) => name.startsWith(side))
      .map(([, { payload }]) => ajv.compile(payload));
    return (value) => payloads.some((validate) => validate(value));
  };
  const cases = [
    ["client", schemas("client"), decodeClientMessage, clientMessage],
    ["server", schemas("server"), decodeServerMessage, serverMessage],
  ] as const;

  it.each(cases)("[M1] take every message of the %s, and what the decoder takes", (...args) => {
    const [, fits, decode, message] = args;
    fc.assert(
      fc.property(message, fc.nat(), anyJson, (value, at, spoiled) => {
        expect(fits(value)).toBe(true);
        const names = Object.keys(value);
        const name = names[at % names.length] ?? "type";
        const changed: unknown = JSON.parse(JSON.stringify({ ...value, [name]: spoiled }));
        expect(fits(changed)).toBe(decode(JSON.stringify(changed)).ok);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(messageVectors.map((vector) => [vector.id, vector] as const))(
    "agree with the vector %s",
    (_, { from, text: message, expect: expected }) => {
      if ("error" in expected && expected.error === "json") return;
      const fits = cases.find(([side]) => side === from)?.[1];
      // JSON.parse makes 1e400 Infinity, which is no integer for either.
      expect(fits?.(JSON.parse(message))).toBe("message" in expected);
    },
  );
});
