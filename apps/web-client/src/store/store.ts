import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import {
  SessionError,
  type ConnectOptions,
  type Credentials,
  type CredentialsProvider,
  type CredentialsRequest,
  type RememberOptions,
  type Session,
  type SessionEvent,
} from "@wsecho/client";
import { closes, type DialectName, type Payload } from "@wsecho/protocol";
import { parseEndpoint, type EndpointProblem } from "../session/endpoint.ts";
import { clear, trim } from "../session/transcript.ts";
import {
  beginSession,
  initialView,
  reduceView,
  type SessionView,
  type Stamped,
} from "../session/view.ts";
import { createBatcher, type Schedule } from "./batch.ts";
import { createCredentialsDesk } from "./credentials-desk.ts";
import { forgetful, type LoginKeeper } from "./kept-login.ts";

/** What the store needs of the world; tests bring their own. */
export interface StoreHost {
  readonly createSession: (url: string, options: ConnectOptions) => Session;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly schedule: Schedule;
  /** `location.protocol` of the page. */
  readonly pageProtocol: string;
  /** Where the page's own server is. */
  readonly ownServer: string;
  /** Where a login stays for the next visit; default nowhere. */
  readonly keeper?: LoginKeeper;
  /** Told of each batch, after the view shows it. */
  readonly onBatch: (batch: readonly Stamped[]) => void;
}

/** With a certificate the browser logs in, in the TLS handshake. */
export type LoginMethod = "password" | "token" | "certificate";

/** How long a login is remembered at most; the server may grant less. 30 days, in ms. */
const stayMs = 30 * 24 * 3_600_000;

/** What stands in the login form; never a secret. */
export interface LoginForm {
  readonly url: Signal<string>;
  readonly dialect: Signal<DialectName>;
  readonly method: Signal<LoginMethod>;
  readonly username: Signal<string>;
  /** Stay logged in, by a token that this browser keeps. */
  readonly stay: Signal<boolean>;
  readonly autoReconnect: Signal<boolean>;
  readonly allowInsecure: Signal<boolean>;
}

/** What stands in the composer; it outlives sessions. */
export interface Draft {
  readonly mode: "text" | "hex";
  readonly text: string;
}

/** Whom the present session talks to, and as whom. */
export interface Target {
  readonly url: string;
  readonly dialect: DialectName;
  /** What the person gives when asked again. */
  readonly method: LoginMethod;
  /** Empty for a token or certificate, which names its user itself. */
  readonly username: string;
}

export interface Store {
  readonly form: LoginForm;
  readonly screen: ReadonlySignal<"login" | "session">;
  readonly draft: Signal<Draft>;
  readonly target: ReadonlySignal<Target | null>;
  readonly view: ReadonlySignal<SessionView>;
  /** What is wrong with the address in the form, until it is edited. */
  readonly endpointProblem: ReadonlySignal<EndpointProblem | null>;
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
  /** Logs in as the form says: on the open connection where that waits for it, or on a new one. */
  readonly login: (secret: string) => void;
  /** Gives up a login under way. */
  readonly cancel: () => void;
  /** Answers the server's question on the present session. */
  readonly authenticate: (secret: string) => void;
  /** Opens the same session again; `null` uses the password that is kept. */
  readonly reconnect: (secret: string | null) => void;
  readonly leave: () => void;
  readonly show: (screen: "login" | "session") => void;
  readonly send: (payload: Payload) => void;
  readonly clearTranscript: () => void;
}

export function createStore(host: StoreHost): Store {
  const form: LoginForm = {
    url: signal(host.ownServer),
    dialect: signal("v1"),
    method: signal("password"),
    username: signal(""),
    stay: signal(false),
    autoReconnect: signal(false),
    allowInsecure: signal(false),
  };
  const screen = signal<"login" | "session">("login");
  const draft = signal<Draft>({ mode: "text", text: "" });
  const target = signal<Target | null>(null);
  const view = signal<SessionView>(initialView);
  const refusedUrl = signal<{ readonly url: string; readonly why: EndpointProblem } | null>(null);
  const desk = createCredentialsDesk();
  const keeper = host.keeper ?? forgetful;
  const stays = signal(false);
  /** Whether the present session logs in by the token of an earlier visit. */
  let resuming = false;
  /** Whether what was last handed in is a token. */
  let byToken = false;
  const tokenRefused = signal(false);
  let session: Session | null = null;

  // Said of one server in one dialect, it must not hold for another.
  for (const choice of [form.url, form.dialect]) {
    choice.subscribe(() => {
      form.allowInsecure.value = false;
    });
  }

  const { push, flush } = createBatcher<Stamped>(host.schedule, (batch) => {
    const { transcript, ...rest } = reduceView(view.value, batch);
    view.value = { ...rest, transcript: trim(transcript) };
    if (view.value.status?.kind === "ready") screen.value = "session";
    host.onBatch(batch);
  });

  function forgetLogin(): void {
    keeper.forget();
    stays.value = false;
    resuming = false;
  }

  /** A server that refuses the kept token, or throws its user out, has ended the stay. */
  function watchStay(event: SessionEvent): void {
    if (event.type !== "closed") return;
    const { code } = event;
    const ended = resuming && code === closes.expired.code;
    if (stays.value && (ended || code === closes.revoked.code)) forgetLogin();
  }

  const provide: CredentialsProvider = (request, signal) => {
    // What renews it is a new connection with a new certificate.
    if (target.value?.method === "certificate") return null;
    if (request.denied !== null) {
      tokenRefused.value = byToken;
      if (resuming) forgetLogin();
    }
    return desk.provide(request, signal);
  };

  function start(next: Target): void {
    abandon();
    view.value = beginSession(view.value);
    target.value = next;
    const own = host.createSession(next.url, {
      credentials: provide,
      ...(form.stay.value && next.method === "password" ? { remember: rememberFor(next) } : {}),
      dialect: next.dialect,
      handshakeLogin: next.method === "certificate",
      reconnect: form.autoReconnect.value,
      allowInsecurePassword: form.allowInsecure.value,
      onEvent: (event) => {
        if (session !== own) return;
        watchStay(event);
        push({ at: host.now(), event });
      },
    });
    session = own;
    void drain(own);
  }

  /** The present session, if any, ends by itself; its last words no longer count. */
  function abandon(): void {
    const old = session;
    void old?.close();
    flush();
    session = null;
  }

  function rememberFor({ url, username }: Target): RememberOptions {
    return {
      forMs: stayMs,
      take: (token) => {
        keeper.save({ url, username, token });
        stays.value = true;
      },
    };
  }

  function answer({ method, username }: Target, secret: string): void {
    byToken = method === "token";
    if (method === "certificate") return;
    const given = byToken ? { token: secret } : { username, password: secret };
    desk.handIn(given, form.autoReconnect.value);
  }

  return {
    form,
    screen,
    draft,
    target,
    view,
    endpointProblem: computed(() =>
      refusedUrl.value?.url === form.url.value ? refusedUrl.value.why : null,
    ),
    question: desk.question,
    keepsPassword: computed(() => desk.keeps.value || target.value?.method === "certificate"),
    stays,
    tokenRefused,
    heldLogin: () => {
      const token = stays.value ? keeper.load()?.token : undefined;
      return desk.kept() ?? (token === undefined ? null : { token });
    },
    login: (secret) => {
      const endpoint = parseEndpoint(form.url.value, host.pageProtocol);
      refusedUrl.value = endpoint.ok ? null : { url: form.url.value, why: endpoint.error };
      if (!endpoint.ok) return;
      const { url } = endpoint.value;
      const dialect = form.dialect.value;
      // Plain has no words for a token, nor for who a certificate is.
      const method = dialect === "plain" ? "password" : form.method.value;
      const username = method === "password" ? form.username.value : "";
      const next: Target = { url, dialect, method, username };
      const present = target.value;
      const asked = desk.question.value !== null && method !== "certificate";
      if (asked && present?.url === url && present.dialect === dialect) {
        target.value = next;
        answer(next, secret);
        return;
      }
      desk.forget();
      forgetLogin();
      answer(next, secret);
      start(next);
    },
    resume: () => {
      const kept = keeper.load();
      if (kept === null) return;
      const { url, username, token } = kept;
      form.url.value = url;
      form.username.value = username;
      resuming = true;
      byToken = true;
      stays.value = true;
      desk.handIn({ token }, false);
      start({ url, dialect: "v1", method: "password", username });
    },
    cancel: () => {
      desk.forget();
      forgetLogin();
      abandon();
      view.value = beginSession(view.value);
    },
    authenticate: (secret) => {
      if (target.value !== null) answer(target.value, secret);
    },
    reconnect: (secret) => {
      const present = target.value;
      if (present === null) return;
      if (secret !== null) answer(present, secret);
      start(present);
    },
    leave: () => {
      desk.forget();
      forgetLogin();
      void session?.close({ reason: "user exit" });
    },
    show: (next) => {
      screen.value = next;
    },
    send: (payload) => {
      const own = session;
      if (own === null) return;
      const asked: Promise<unknown> =
        payload.kind === "text" ? own.ask(payload.text) : own.ask(payload.data);
      // An outcome comes as an event; only a message that never got its turn has none.
      asked.catch((error: unknown) => {
        const unsent = error instanceof SessionError && error.reason.kind === "unsent";
        if (unsent) push({ at: host.now(), event: { type: "neverSent", payload } });
      });
    },
    clearTranscript: () => {
      flush();
      view.value = { ...view.value, transcript: clear(view.value.transcript) };
    },
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
