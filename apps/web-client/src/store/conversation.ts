import {
  bearerTransport,
  platformTransport,
  SessionError,
  type ConnectOptions,
  type CredentialsProvider,
  type RememberOptions,
  type Session,
  type Transport,
} from "@wsecho/client";
import { closes, type Payload } from "@wsecho/protocol";
import type { Target } from "../session/target.ts";
import type { PageEvent } from "../session/view.ts";
import { createRawConversation, type OpenSocket } from "./raw-conversation.ts";

/** What the page asks of whatever it talks through. */
export interface Conversation {
  readonly send: (payload: Payload) => void;
  readonly close: () => void;
}

/** What opens connections; tests bring their own. */
export interface ConversationHost {
  readonly createSession: (url: string, options: ConnectOptions) => Session;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Opens a socket for the dialect raw; default the browser's. */
  readonly openSocket?: OpenSocket;
}

export interface ConversationOptions {
  readonly credentials: CredentialsProvider;
  /** For a login in the upgrade request. */
  readonly takeToken: () => string;
  /** Asks the server for a token to stay logged in by; `null` for none. */
  readonly remember: RememberOptions | null;
  readonly reconnect: boolean;
  readonly allowInsecurePassword: boolean;
  readonly emit: (event: PageEvent) => void;
  /** Also after the conversation was given up: a message that never got its turn has no event. */
  readonly neverSent: (payload: Payload) => void;
}

/** Begins to talk to `target`, by the session library or, in the dialect raw, without it. */
export function startConversation(
  host: ConversationHost,
  target: Target,
  options: ConversationOptions,
): Conversation {
  const { url, protocols, dialect, method } = target;
  const { credentials, takeToken, remember, reconnect, allowInsecurePassword, emit } = options;
  if (dialect === "raw") {
    const open = host.openSocket ?? ((to, offered) => new WebSocket(to, [...offered]));
    return createRawConversation({ url, protocols, reconnect, open, emit, now: host.now });
  }
  const session = host.createSession(url, {
    ...{ credentials, dialect, reconnect, allowInsecurePassword, onEvent: emit },
    ...(remember === null ? {} : { remember }),
    transport: telling(
      method === "bearer" ? bearerTransport(takeToken) : platformTransport,
      host.now,
      emit,
    ),
    handshakeLogin: method === "certificate" || method === "bearer",
  });
  void drain(session);
  return {
    send: (payload) => {
      const asked: Promise<unknown> =
        payload.kind === "text" ? session.ask(payload.text) : session.ask(payload.data);
      // An outcome comes as an event; only a message that was not let out has none.
      asked.catch((error: unknown) => {
        if (!(error instanceof SessionError)) return;
        if (error.reason.kind === "unsent") options.neverSent(payload);
        if (error.reason.kind === "tooBig") emit({ type: "problem", detail: error.message });
      });
    },
    close: () => void session.close({ reason: closes.userExit.reason }),
  };
}

/** Tells of each handshake what a browser knows of it. */
function telling(inner: Transport, now: () => number, emit: (event: PageEvent) => void): Transport {
  return (url, offered, listener) => {
    const began = now();
    return inner(url, offered, {
      ...listener,
      opened: (protocol, extensions = "") => {
        emit({ type: "upgraded", offered, protocol, extensions, tookMs: now() - began });
        listener.opened(protocol, extensions);
      },
    });
  };
}

/** All that arrives is shown as it comes, by event; unread it would only pile up. */
async function drain(session: Session): Promise<void> {
  try {
    for await (const _ of session);
  } catch {
    // The status says how the session ended.
  }
}
