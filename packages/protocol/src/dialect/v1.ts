import {
  clientMessages,
  serverMessages,
  type ClientMessage,
  type ServerMessage,
} from "../messages.ts";
import { failure, type Result } from "../result.ts";
import { isRecord, validate, type Fields } from "../schema.ts";

/** Never throws; the error says what was wrong without repeating the text, which may be secret. */
export function decodeClientMessage(text: string): Result<ClientMessage, string> {
  return decode(text, clientMessages) as Result<ClientMessage, string>;
}

/** Never throws; the error says what was wrong. */
export function decodeServerMessage(text: string): Result<ServerMessage, string> {
  return decode(text, serverMessages) as Result<ServerMessage, string>;
}

export function encodeMessage(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message);
}

function decode(text: string, table: Readonly<Record<string, Fields>>): Result<unknown, string> {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return failure("the text is not JSON");
  }
  if (!isRecord(input)) return failure("the message must be a JSON object");
  const named = Object.values(table).filter((fields) => has(fields, "type", input["type"]));
  if (named.length === 0) return failure(`unknown type; known: ${names(table, "type")}`);
  const [only] = named;
  if (named.length === 1 && only !== undefined) return validate(input, only, String(input["type"]));
  // Only `auth` has more than one form, told apart by its mechanism.
  const chosen = named.find((fields) => has(fields, "mechanism", input["mechanism"]));
  return chosen === undefined
    ? failure(`unknown mechanism; known: ${names(named, "mechanism")}`)
    : validate(input, chosen, String(input["type"]));
}

function has(fields: Fields, name: string, value: unknown): boolean {
  const field = fields[name];
  return field?.kind === "constant" && field.value === value;
}

function names(table: Readonly<Record<string, Fields>> | readonly Fields[], name: string): string {
  const values = Object.values(table).map((fields: Fields) => {
    const field = fields[name];
    return field?.kind === "constant" ? field.value : "";
  });
  return [...new Set(values)].join(", ");
}
