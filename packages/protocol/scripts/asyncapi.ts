// The AsyncAPI 3 document of the v1 dialect, from the tables that the validator itself reads.
import {
  clientMessages,
  closes,
  serverMessages,
  subprotocol,
  type Field,
  type Fields,
} from "@wsecho/protocol";
import { clientDocs, closeDocs, serverDocs, type MessageDoc } from "./docs.ts";

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function asyncApiDocument(version: string): Json {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "wsecho, dialect v1",
      version,
      description:
        "Log in over a WebSocket; then every message that is sent comes back. Written from the " +
        "protocol package's tables; PROTOCOL.md has the rules. Binary messages, which have no " +
        "JSON, and the plain dialect are not described here.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      local: {
        host: "127.0.0.1:5678",
        protocol: "ws",
        description: "wsecho-server with its default address",
      },
    },
    channels: {
      session: {
        address: "/",
        description: "One WebSocket connection.",
        messages: {
          ...references("client", clientMessages),
          ...references("server", serverMessages),
        },
        // AsyncAPI's WebSocket binding has no place for these two.
        "x-subprotocol": subprotocol,
        "x-close-codes": Object.entries(closes).map(([name, { code, reason, retry }]) => ({
          name,
          code,
          reason,
          retry,
          when: closeDocs[name as keyof typeof closes],
        })),
      },
    },
    operations: {
      fromClient: operation("receive", "What a client may send.", "client", clientMessages),
      fromServer: operation("send", "What a server may send.", "server", serverMessages),
    },
    components: {
      messages: {
        ...messages("client", clientMessages, clientDocs),
        ...messages("server", serverMessages, serverDocs),
      },
    },
  };
}

type Side = "client" | "server";
type Table = Readonly<Record<string, Fields>>;

/** `ping` is a message of either side, so names alone would collide. */
function fullName(side: Side, name: string): string {
  return side + name.charAt(0).toUpperCase() + name.slice(1);
}

function references(side: Side, table: Table): Record<string, Json> {
  return mapEntries(table, (name) => [
    fullName(side, name),
    { $ref: `#/components/messages/${fullName(side, name)}` },
  ]);
}

function operation(action: "send" | "receive", summary: string, side: Side, table: Table): Json {
  return {
    action,
    summary,
    channel: { $ref: "#/channels/session" },
    messages: Object.keys(table).map((name) => ({
      $ref: `#/channels/session/messages/${fullName(side, name)}`,
    })),
  };
}

function messages(
  side: Side,
  table: Table,
  docs: Readonly<Record<string, MessageDoc>>,
): Record<string, Json> {
  return mapEntries(table, (name, fields) => {
    const doc = docs[name] ?? { says: "", fields: {} };
    return [
      fullName(side, name),
      { summary: doc.says, payload: objectSchema(fields, doc, "") },
    ] as const;
  });
}

/**
 * JSON Schema draft 7 of a table of fields. Unknown fields are allowed, because receivers ignore
 * them. `maxLength` counts code points there and UTF-16 units in wsecho: the schema never refuses
 * what wsecho takes.
 */
export function objectSchema(fields: Fields, doc: MessageDoc, prefix: string): Json {
  return {
    type: "object",
    required: Object.entries(fields)
      .filter(([, field]) => typeof field === "string" || !("optional" in field))
      .map(([name]) => name),
    properties: mapEntries(fields, (name, field) => {
      const description = doc.fields[prefix + name] ?? "";
      const schema = fieldSchema(field, doc, `${prefix}${name}.`);
      return [name, description === "" ? schema : { description, ...schema }];
    }),
  };
}

function fieldSchema(field: Field, doc: MessageDoc, prefix: string): Record<string, Json> {
  if (typeof field === "string") return { type: "string", const: field };
  switch (field.kind) {
    case "choice":
      return { type: "string", enum: field.values };
    case "string":
      return field.max === undefined
        ? { type: "string" }
        : { type: "string", maxLength: field.max };
    case "strings":
      return { type: "array", items: { type: "string" }, maxItems: field.max };
    case "integer": {
      const maximum = field.max ?? Number.MAX_SAFE_INTEGER;
      return { type: "integer", minimum: field.min, maximum };
    }
    case "object":
      return objectSchema(field.fields, doc, prefix) as Record<string, Json>;
  }
}

function mapEntries<Value>(
  record: Readonly<Record<string, Value>>,
  map: (name: string, value: Value) => readonly [string, Json],
): Record<string, Json> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => map(name, value)));
}
