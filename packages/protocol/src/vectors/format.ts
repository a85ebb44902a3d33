import type { CloseName, Retry } from "../close-codes.ts";
import type { DialectName } from "../dialect/dialect.ts";
import type { HelloMessage, Mechanism } from "../messages.ts";

/*
 * The format of vectors/*.json as types. vectors/README.md explains it, and vectors/schema.json
 * says it for other languages.
 */

/** What every vector has. */
export interface Vector {
  /** Unique among all files, and stable. */
  readonly id: string;
  /** What it shows, in the present tense. */
  readonly title: string;
  /** The rules of PROTOCOL.md that it proves. */
  readonly rules: readonly string[];
}

/** A value of `Sec-WebSocket-Protocol` and what a server makes of it. */
export interface HandshakeVector extends Vector {
  /** `null`: the request has no such header. */
  readonly header: string | null;
  /** Whether the server speaks plain; absent: it does. */
  readonly plain?: false;
  readonly expect:
    | {
        readonly dialect: DialectName;
        /** The response's header; `null`: it has none. */
        readonly selected: string | null;
        /** The token that the server has found. */
        readonly bearer?: string;
      }
    /** `names` stand in the body. */
    | { readonly status: 400; readonly names: readonly string[] };
}

/** The query of a URL, and what a server with a fault lab makes of it. */
export interface FaultVector extends Vector {
  readonly query: string;
  readonly expect:
    /** As `Wsecho-Fault` lists them; `null`: the query asks for none. */
    | { readonly faults: string | null }
    /** `names` stand in the body. */
    | { readonly status: 400; readonly names: readonly string[] };
}

/** A limit of the server, of the login (`expiresInMs`), or a share of one. */
export interface Amount {
  readonly limit: keyof HelloMessage["limits"] | "closeTimeoutMs" | "slowTimeoutMs" | "expiresInMs";
  readonly times?: number;
  readonly plus?: number;
}

/** A text, or one of exactly so many bytes, all of them `x`. */
export type TextContent = string | { readonly size: Amount };
/** Base64, or so many bytes, all of them 0x78. */
export type BinaryContent = string | { readonly size: Amount };

/** A JSON object, in which strings may hold the placeholders of vectors/README.md. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** How a step spoils the proof of a SCRAM login. */
export type Tamper = "nonce" | "channelBinding" | "proof";

/** What only somebody with a hand on the server can bring about. */
export type Operation =
  | "shutdown"
  | "restart"
  | "revoke"
  /** The next message's handler fails. */
  | "failHandler"
  /** Verdicts and handlers finish when `release` says so. */
  | "hold"
  | "release"
  /** Logins cannot be checked. */
  | "loseStore"
  /** The client no longer reads, and the server's buffers are full. */
  | "stopReading"
  /** The client does not answer the server's close. */
  | "ignoreClose";

/** One step of a conversation, as the client sees it: exactly one key. */
export type SessionStep =
  | { readonly connect: { readonly protocols?: readonly string[] } }
  | { readonly sendText: TextContent }
  | { readonly sendJson: JsonObject }
  | { readonly sendBinary: BinaryContent }
  /** One text in several frames. */
  | { readonly sendFragments: readonly string[] }
  /** A text message of bytes (base64) that are not UTF-8. */
  | { readonly sendInvalidText: string }
  /** A text frame without a mask, which RFC 6455 section 5.1 forbids clients. */
  | { readonly sendUnmasked: string }
  | { readonly expectText: TextContent }
  /** A text with an object that has at least these fields. */
  | { readonly expectJson: JsonObject }
  | { readonly expectBinary: BinaryContent }
  | { readonly expectClose: { readonly code: number; readonly reason?: string } }
  /** The connection is cut without a close. */
  | { readonly expectCut: true }
  /** Nothing has come. */
  | { readonly expectQuiet: true }
  /** A whole login as the right user, which has to succeed. */
  | { readonly login: { readonly mechanism?: "plain" | "scram-sha-256" } }
  | { readonly scramAuth: { readonly user: string; readonly password: string } }
  /** `salt` is a name: challenges of one vector with the same name have the same salt. */
  | { readonly expectChallenge: { readonly salt?: string } }
  | { readonly scramResponse: { readonly tamper?: Tamper } }
  /** `ok` whose `data` proves the server. */
  | { readonly expectProof: JsonObject }
  /** Time passes in which the client says nothing. */
  | { readonly elapse: Amount }
  | { readonly times: { readonly count: Amount; readonly steps: readonly SessionStep[] } }
  | { readonly close: { readonly code: number; readonly reason: string } }
  | { readonly operator: Operation };

/** A server other than the one with the demo's user and default limits. */
export interface ServerSetup {
  readonly users?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, number>>;
  readonly mechanisms?: readonly Mechanism[];
  readonly expiresInMs?: number;
  /** Tokens that log somebody in: token → user. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** The server has the feature `remember`. */
  readonly remember?: true;
  /** Logged in by the handshake as this user. */
  readonly login?: string;
}

/** A conversation with a server. */
export interface SessionVector extends Vector {
  readonly dialect: DialectName;
  /** It uses up login attempts. */
  readonly destructive?: true;
  readonly setup?: ServerSetup;
  readonly steps: readonly SessionStep[];
}

/** A v1 text, and the message in it or what is wrong with it. */
export interface MessageVector extends Vector {
  readonly from: "client" | "server";
  readonly text: string;
  readonly expect:
    | { readonly message: JsonObject }
    /** `path` names the field where `kind` is `"field"`. */
    | {
        readonly error: "json" | "object" | "type" | "mechanism" | "field";
        readonly path?: string;
      };
}

/** A close, and whether a client may come back. */
export interface CloseVector extends Vector {
  readonly code: number;
  readonly reason: string;
  readonly retry: Retry;
  /** Its name in the table; absent: it is not there. */
  readonly name?: CloseName;
}

/** A reason, and what of it fits a close frame. */
export interface ReasonVector extends Vector {
  readonly input: string;
  readonly output: string;
  /** UTF-8 length of `output`. */
  readonly bytes: number;
}

/** A text of the plain dialect before the login, and the login in it. */
export interface PlainLoginVector extends Vector {
  readonly text: string;
  readonly expect: { readonly user: string; readonly password: string } | null;
}

/** One step of a conversation as the server sees it: exactly one key. */
export type ClientStep =
  /** The client opens a socket with these offers. */
  | { readonly expectOpen: { readonly protocols: readonly string[] } }
  /** The socket is open; `protocol` is what the server selected. */
  | { readonly accept: { readonly protocol: string } }
  /** The socket did not open. */
  | { readonly refuse: true }
  | { readonly sendText: string }
  | { readonly sendJson: JsonObject }
  | { readonly sendBinary: string }
  | { readonly expectText: string }
  | { readonly expectJson: JsonObject }
  | { readonly expectBinary: string }
  | { readonly expectClose: { readonly code: number; readonly reason?: string } }
  | { readonly expectQuiet: true }
  | { readonly close: { readonly code: number; readonly reason: string } }
  | { readonly cut: true }
  | { readonly hello: { readonly mechanisms: readonly string[] } }
  /** The client's program asks for credentials and gets them, or `null`. */
  | {
      readonly credentials: {
        readonly user: string;
        readonly password: string;
        readonly mechanism: "plain" | "scram-sha-256";
      } | null;
    }
  /** The server plays its part of SCRAM, honestly or not. */
  | { readonly challenge: { readonly iterations?: number; readonly nonce?: "foreign" | "same" } }
  | {
      readonly finish: {
        readonly user: string;
        readonly proof: "right" | "wrong" | "none";
        readonly token?: string;
      };
    }
  | {
      readonly submit: { readonly id: number; readonly text: string; readonly resend?: true };
    }
  | { readonly expectSettled: { readonly id: number; readonly outcome: JsonObject } }
  | { readonly expectReceived: JsonObject }
  /** The client hands on a token to keep. */
  | { readonly expectToken: string }
  /** Milliseconds pass. */
  | { readonly elapse: number }
  /** The time that a waiting client has set itself is over. */
  | { readonly retry: true }
  | { readonly stop: { readonly code: number; readonly reason: string } }
  | { readonly expectStatus: "ready" | "waiting" | "authenticating" }
  | { readonly expectStopped: JsonObject };

/** A conversation with a client. */
export interface ClientVector extends Vector {
  readonly dialects: readonly [DialectName, ...DialectName[]];
  readonly reconnect?: true;
  readonly handshakeLogin?: true;
  readonly limits?: Readonly<Record<string, number>>;
  readonly steps: readonly ClientStep[];
}
