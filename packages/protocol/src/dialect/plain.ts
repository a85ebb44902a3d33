import type { AuthMessage, ClientMessage, ServerMessage } from "../messages.ts";

/** The article's texts, byte for byte. Its clients compare them, so they never change. */
export const plainTexts = {
  accepted: "congratulation, you have connect with server\r\nnow, you can do something else",
  refused: "sorry, the username or password is wrong, please submit again",
  prefix: "your submit context: ",
} as const;

/**
 * `username:password`, split at the first colon, so that a password may contain one.
 *
 * @returns `undefined` for a text without a colon: a refused attempt, never a login
 */
export function decodePlainLogin(text: string): AuthMessage | undefined {
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return {
    type: "auth",
    mechanism: "plain",
    user: text.slice(0, colon),
    password: text.slice(colon + 1),
  };
}

/** A v1 server message as the plain dialect says it; `null` where plain has no words for it. */
export function encodePlainServer(message: ServerMessage): string | null {
  switch (message.type) {
    case "ok":
      return plainTexts.accepted;
    case "denied":
      return plainTexts.refused;
    case "echo":
      return plainTexts.prefix + message.text;
    case "hello":
    case "challenge":
    case "error":
    case "ping":
    case "pong":
      return null;
  }
}

/**
 * A client message as plain text; `null` where plain has no words for it. A user name with a colon
 * is such a case: the server would read another name, and part of the name as the password.
 */
export function encodePlainClient(message: ClientMessage): string | null {
  if (message.type === "submit") return message.text;
  if (message.type === "auth" && message.mechanism === "plain" && !message.user.includes(":"))
    return `${message.user}:${message.password}`;
  return null;
}

/** The echoed text, or `undefined` where the server said something else. */
export function decodePlainEcho(text: string): string | undefined {
  return text.startsWith(plainTexts.prefix) ? text.slice(plainTexts.prefix.length) : undefined;
}
