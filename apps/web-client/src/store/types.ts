import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Credentials, CredentialsRequest } from "@wsecho/client";
import type { Payload } from "@wsecho/protocol";
import type { EndpointProblem } from "../session/endpoint.ts";
import type { Linked } from "../session/connection-link.ts";
import type { Dialect, LoginMethod, Target } from "../session/target.ts";
import type { NewEntry } from "../session/transcript.ts";
import type { SessionView } from "../session/view.ts";
import type { FileChoice } from "./chosen-file.ts";
import type { Connections } from "./connections.ts";
import type { ConversationHost } from "./conversation.ts";
import type { Finder } from "./finder.ts";
import type { History } from "./history.ts";
import type { Repeater } from "./repeater.ts";
import type { Stay } from "./stay.ts";
import type { ViewHost } from "./view-store.ts";

/** What a session needs of the world, and what it shares with the page's others. */
export interface StoreHost extends ConversationHost, ViewHost {
  readonly id: number;
  /** `location.protocol` of the page. */
  readonly pageProtocol: string;
  /** Where the page's own server is. */
  readonly ownServer: string;
  readonly stay: Stay;
  /** How large a file for the composer may be at present, in bytes. */
  readonly fileRoom: () => number;
  readonly connections: Connections;
}

/** What stands in the login form; never a secret. */
export interface LoginForm {
  readonly url: Signal<string>;
  readonly dialect: Signal<Dialect>;
  /** Subprotocols to offer in the dialect raw, apart by commas. */
  readonly protocols: Signal<string>;
  readonly method: Signal<LoginMethod>;
  readonly username: Signal<string>;
  /** Stay logged in, by a token that this browser keeps. */
  readonly stay: Signal<boolean>;
  readonly autoReconnect: Signal<boolean>;
  readonly allowInsecure: Signal<boolean>;
}

/** How the composer reads what is typed; a file is chosen instead. */
export type DraftMode = "text" | "json" | "hex" | "base64" | "file";

/** What stands in the composer; it outlives sessions. */
export interface Draft {
  readonly mode: DraftMode;
  readonly text: string;
}

/** What is wrong with the form's address or subprotocols. */
export type FormProblem = EndpointProblem | "bearerExposed" | "subprotocol";

/** One session, from its login form to its transcript. */
export interface Store {
  /** Tells it from the page's other sessions, and is never used again. */
  readonly id: number;
  readonly form: LoginForm;
  readonly screen: ReadonlySignal<"login" | "session">;
  readonly draft: Signal<Draft>;
  readonly fileChoice: FileChoice;
  readonly finder: Finder;
  /** What the Frames view shows of its own; empty for all. */
  readonly framesFilter: Signal<string>;
  readonly history: History;
  readonly repeater: Repeater;
  readonly target: ReadonlySignal<Target | null>;
  readonly view: ReadonlySignal<SessionView>;
  readonly connections: Connections;
  /** The address that a link filled in; `null` where none did. */
  readonly linkedUrl: ReadonlySignal<string | null>;
  /** What is wrong with what the form says, until it is edited. */
  readonly formProblem: ReadonlySignal<FormProblem | null>;
  /** The server waits for credentials that only a person can give. */
  readonly question: ReadonlySignal<CredentialsRequest | null>;
  /** Whether this browser keeps a token for the next visit. */
  readonly stays: ReadonlySignal<boolean>;
  /** Whether the last refusal was of a token. */
  readonly tokenRefused: ReadonlySignal<boolean>;
  /** Logs in by the token of an earlier visit, where there is one. */
  readonly resume: () => void;
  /** What another connection to the same server can log in with; `null` where a person has to say. */
  readonly heldLogin: () => Credentials | null;
  /** Whether a reconnect needs no password. */
  readonly keepsPassword: ReadonlySignal<boolean>;
  /** Fills the form in; connects to nothing. */
  readonly fill: (target: Target) => void;
  /** The same for what the session was before a reload, which gives it its name until it connects. */
  readonly restore: (target: Target) => void;
  readonly before: ReadonlySignal<Target | null>;
  /** The same for what a link holds, with the draft; the page says that it came from there. */
  readonly follow: (linked: Linked) => void;
  /** What the form says, where nothing is wrong with it; else it says so. */
  readonly check: () => Target | null;
  /** Logs in as the form says: on the open connection where that waits for it, or on a new one. */
  readonly login: (secret: string) => void;
  /** Gives up a login under way. */
  readonly cancel: () => void;
  /** Answers the server's question on the present session. */
  readonly authenticate: (secret: string) => void;
  /** Opens the same session again; `null` uses the password that is kept. */
  readonly reconnect: (secret: string | null) => void;
  readonly leave: () => void;
  /** The kept login goes; the session stays. */
  readonly forgetStay: () => void;
  readonly show: (screen: "login" | "session") => void;
  readonly send: (payload: Payload) => void;
  readonly clearTranscript: () => void;
  /** Adds what a file brought, in the order of the file. */
  readonly importEntries: (entries: readonly NewEntry[]) => void;
  /** Keeps the transcript within its bounds where they have become narrower. */
  readonly fit: () => void;
}
