import {
  clientMessages,
  serverMessages,
  type ClientMessage,
  type ServerMessage,
} from "../messages.ts";
import { failure, type Result } from "../result.ts";
import { isRecord, validate, type Fields } from "../schema.ts";

/** What tells one form of a message from the others is always a constant. */
type Form = Fields & { readonly type: string; readonly mechanism?: string };
type Table = Readonly<Record<string, Form>>;

/**
 * Reads a v1 client's text. Never throws; the error says what was wrong without repeating the
 * text, which may be secret. Unknown fields are left out of the value.
 */
export function decodeClientMessage(text: string): Result<ClientMessage, string> {
  return decode(text, clientMessages) as Result<ClientMessage, string>;
}

/** Reads a v1 server's text; otherwise like {@link decodeClientMessage}. */
export function decodeServerMessage(text: string): Result<ServerMessage, string> {
  return decode(text, serverMessages) as Result<ServerMessage, string>;
}

/** The text of a v1 message: one line of JSON (RFC 8259). */
export function encodeMessage(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message);
}

/** The part of Standard Schema 1 (standardschema.dev) that libraries read. */
export interface MessageSchema<Message> {
  readonly "~standard": {
    /** Of Standard Schema. */
    readonly version: 1;
    readonly vendor: "wsecho";
    /** Never throws, and never returns a promise. */
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Message; readonly issues?: undefined }
      | { readonly issues: readonly { readonly message: string }[] };
    readonly types?: { readonly input: Message; readonly output: Message } | undefined;
  };
}

function standard<Message>(table: Table): MessageSchema<Message> {
  return {
    "~standard": {
      version: 1,
      vendor: "wsecho",
      validate: (value) => {
        const checked = choose(value, table);
        return checked.ok
          ? { value: checked.value as Message }
          : { issues: [{ message: checked.error }] };
      },
    },
  };
}

/** A client's message after `JSON.parse`, for libraries that take any Standard Schema. */
export const clientMessageSchema = /* @__PURE__ */ standard<ClientMessage>(clientMessages);

/** A server's message after `JSON.parse`, for libraries that take any Standard Schema. */
export const serverMessageSchema = /* @__PURE__ */ standard<ServerMessage>(serverMessages);

function decode(text: string, table: Table): Result<unknown, string> {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return failure("the text is not JSON");
  }
  return choose(input, table);
}

/** The one form that `input` names by its type, checked. */
function choose(input: unknown, table: Table): Result<unknown, string> {
  if (!isRecord(input)) return failure("the message must be a JSON object");
  let forms: readonly Form[] = Object.values(table);
  // Only `auth` has more than one form, told apart by its mechanism.
  for (const name of ["type", "mechanism"] as const) {
    const named = forms.filter((form) => !(name in form) || form[name] === input[name]);
    if (named.length === 0) {
      const known = new Set(forms.map((form) => form[name]));
      return failure(`unknown ${name}; known: ${[...known].join(", ")}`);
    }
    forms = named;
  }
  return validate(input, forms[0] ?? {}, String(input["type"]));
}
