import { failure, type Result } from "../result.ts";

/**
 * Why an exchange is refused. The messages are constants: nothing a peer or a user typed is ever
 * repeated in one, so they may be logged and shown.
 */
export const scramErrors = {
  "message-too-long": "The SCRAM message is too long. Send at most 4096 characters.",
  malformed: "The SCRAM message is malformed. Send it as RFC 5802 section 7 writes it.",
  "bad-base64": "The SCRAM message has a field that is not base64. Use RFC 4648 with padding.",
  "salt-invalid": "The salt is empty or too long. It must have 1 to 64 bytes.",
  "extension-unsupported":
    "The message demands a SCRAM extension (m=) that nobody defined. Omit it.",
  "channel-binding-unsupported":
    "Channel binding is not supported here. Start the message with n,,",
  "authzid-unsupported": "Logging in on behalf of another user is not supported. Omit a=.",
  "channel-binding-mismatch": "The final message must repeat the header of the first: c=biws.",
  "nonce-mismatch": "The nonce is not the one of this exchange. Start a new login.",
  "iterations-too-few":
    "The server asks for too few iterations, which would make the password easy to guess. " +
    "Reset the password on the server, or lower minIterations if you trust it.",
  "iterations-too-many":
    "The server asks for more iterations than are allowed here. " +
    "Raise maxIterations if you trust the server.",
  "invalid-proof": "The user name or the password is wrong.",
  "server-refused": "The server refused the login. Check the user name and the password.",
  "server-signature-missing":
    "The server did not prove that it knows the password. Do not trust it.",
  "server-signature-wrong":
    "The server's proof is wrong: it does not know the password. Do not trust it.",
  "out-of-order": "This step was not due. Every exchange is used once, in order: start a new one.",
  "verifier-malformed":
    "The stored verifier is not SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey. " +
    "Set the user's password again.",
  "username-empty": "The user name is empty.",
  "username-too-long": "The user name is too long. It may have 255 UTF-8 bytes.",
  "username-colon": "A user name has no colon: the plain dialect ends it at the first one.",
  "username-character":
    "The user name has a character that names cannot have, such as a space, symbol or control.",
  "username-direction": "The user name mixes left-to-right and right-to-left text (RFC 5893).",
  "password-empty": "The password is empty.",
  "password-too-long": "The password is too long. It may have 1024 UTF-8 bytes.",
  "password-character":
    "The password has a character that passwords cannot have, such as a control or invisible one.",
} as const;

/** Why an exchange is refused, for programs. */
export type ScramErrorCode = keyof typeof scramErrors;

/** Why an exchange is refused. */
export interface ScramError {
  readonly code: ScramErrorCode;
  /** For people: says what to do next, and never holds a secret. */
  readonly message: string;
}

/** What a step of an exchange comes to. */
export type ScramResult<T> = Result<T, ScramError>;

export function refuse(code: ScramErrorCode): { readonly ok: false; readonly error: ScramError } {
  return failure({ code, message: scramErrors[code] });
}
