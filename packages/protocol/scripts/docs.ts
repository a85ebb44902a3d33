// What the tables of PROTOCOL.md and asyncapi.json say about each message, close and limit. It
// stands here and not in src, where every byte is paid for by each page that loads the package.
import type {
  ClientLimits,
  CloseName,
  Limits,
  clientMessages,
  serverMessages,
} from "@wsecho/protocol";

export interface MessageDoc {
  /** One sentence: what the message says. */
  readonly says: string;
  /** What each field other than `type` holds; `limits.maxAttempts` for a field in a field. */
  readonly fields: Readonly<Record<string, string>>;
}

const scramData = (message: string): string => `the SCRAM ${message}`;

const rememberMs = "asks for a token that is good for so long (L13)";

export const clientDocs: Readonly<Record<keyof typeof clientMessages, MessageDoc>> = {
  authPlain: {
    says: "Log in, or renew, by the password itself.",
    fields: { mechanism: "", user: "the user's name", password: "the password", rememberMs },
  },
  authScram: {
    says: "Begin to log in, or to renew, by SCRAM-SHA-256.",
    fields: { mechanism: "", data: scramData("client-first message"), rememberMs },
  },
  authToken: {
    says: "Log in, or renew, by a token.",
    fields: { mechanism: "", token: "the token, as it was issued" },
  },
  response: {
    says: "Answer a challenge.",
    fields: { data: scramData("client-final message") },
  },
  submit: {
    says: "A text to be answered.",
    fields: { id: "greater than all before it in this session", text: "any text" },
  },
  ping: { says: "Are you there?", fields: {} },
  pong: { says: "I am: the answer to `ping`.", fields: {} },
};

export const serverDocs: Readonly<Record<keyof typeof serverMessages, MessageDoc>> = {
  hello: {
    says: "The first message: what this server takes.",
    fields: {
      mechanisms: "ways to log in, strongest first",
      limits: "see section 8",
      "limits.maxMessageBytes": "payload of a message after the login",
      "limits.maxLoginBytes": "payload of a message before it",
      "limits.maxAttempts": "refused logins in one session",
      "limits.authTimeoutMs": "from the open connection to the accepted login",
      "limits.idleTimeoutMs": "without a message from the client",
      features: "names of optional abilities",
    },
  },
  challenge: {
    says: "The login needs one more step.",
    fields: { data: scramData("server-first message") },
  },
  ok: {
    says: "The login, or its renewal, is accepted.",
    fields: {
      user: "who is logged in now",
      expiresInMs: "when the login ends if it is not renewed; absent: never",
      data: `${scramData("server-final message")}, which the client has to check`,
      token: "for later logins, where `rememberMs` asked for one (L13)",
      session: "what the server calls this session (L15)",
    },
  },
  denied: {
    says: "The login, or its renewal, is refused.",
    fields: {
      attemptsLeft: "how many more this session allows",
      retryAfterMs: "how long to wait before the next one",
    },
  },
  echo: {
    says: "The reply to a submit, and its acknowledgement.",
    fields: { id: "the submit's", text: "the reply" },
  },
  error: {
    says: "What went wrong, for people and programs.",
    fields: {
      code: "of section 7, also where no close follows",
      id: "the submit that was at fault; absent: the session",
      message: "what was wrong and what to do",
      retry: "as in section 7",
    },
  },
  ping: { says: "Are you there?", fields: {} },
  pong: { says: "I am: the answer to `ping`.", fields: {} },
};

/** When a side closes so. */
export const closeDocs: Readonly<Record<CloseName, string>> = {
  normal: "the client is done",
  userExit: "a person left",
  goingAway: "the server stops",
  sessionTooLong: "the session has lasted as long as the server allows",
  protocolError: "a frame breaks RFC 6455, or a message cannot be inflated (RFC 7692)",
  unsupportedData: "a kind of message that this endpoint does not take",
  invalidData: "a text is not UTF-8",
  tooManyFragments: "a message comes in more frames than the server takes",
  tooBig: "a message exceeds `maxMessageBytes`, or `maxLoginBytes` before the login",
  internalError: "the handler failed, and the message has no id to say so by",
  restarting: "the server stops and comes back",
  tryAgainLater: "logins cannot be checked at the moment",
  tooSlow: "answers stayed unread for `slowTimeoutMs`",
  malformed: "a v1 text is not a message",
  notAuthenticated: "a message before the login, or refused credentials in the handshake",
  expired: "the login ended and was not renewed",
  refused: "a renewal names another user; or, from a client, the server did not prove itself",
  revoked: "the user was disabled or removed, or an operator ended the session",
  subprotocol: "from a client: the server did not select what was asked for",
  loginTimeout: "no accepted login within `authTimeoutMs`",
  messageTooSlow:
    "a message had begun, and did not come to its end within the server's time for one",
  idle: "no message for `idleTimeoutMs`",
  outOfOrder: "an `id` again, a `response` that nobody asked for, `auth` during a login",
  tooManyAttempts: "`maxAttempts` refused logins, or too many before a page's handshake (H2)",
  tooManyMessages: "more waits than `backlogMessages` and `backlogBytes` allow",
};

export const limitDocs: Readonly<Record<keyof Limits, string>> = {
  maxMessageBytes: "payload of a message after the login",
  maxLoginBytes: "payload of a message before it",
  maxAttempts: "refused logins in one session",
  authTimeoutMs: "from the open connection to the accepted login",
  idleTimeoutMs: "without a message from the client",
  backlogMessages: "messages that wait for a verdict or a handler",
  backlogBytes: "payload of those messages together, beyond one of the largest size",
  closeTimeoutMs: "from the server's close to the client's, and for the last answers of C7",
  slowTimeoutMs: "how long answers may stay unread",
};

export const clientLimitDocs: Readonly<Record<keyof ClientLimits, string>> = {
  connectTimeoutMs: "from the request for a connection to the open one",
  loginTimeoutMs: "for the server's next step in greeting and login (K13)",
  closeTimeoutMs: "from the client's close to the server's",
  pingIntervalMs: "silence after which the link is probed (K11); 0 never probes",
  pongTimeoutMs: "for any message in answer to a probe",
  maxPending: "submits without an outcome (K16)",
  maxRetries: "connection attempts in a row before a returning client gives up (K9)",
};
