import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import {
  SessionError,
  type ConnectOptions,
  type CredentialsRequest,
  type Session,
} from "@wsecho/client";
import type { DialectName, Payload } from "@wsecho/protocol";
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
  /** Told of each batch, after the view shows it. */
  readonly onBatch: (batch: readonly Stamped[]) => void;
}

/** What stands in the login form; never a password. */
export interface LoginForm {
  readonly url: Signal<string>;
  readonly dialect: Signal<DialectName>;
  readonly username: Signal<string>;
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
  /** Whether a reconnect needs no password. */
  readonly keepsPassword: ReadonlySignal<boolean>;
  /** Logs in as the form says: on the open connection where that waits for it, or on a new one. */
  readonly login: (password: string) => void;
  /** Gives up a login under way. */
  readonly cancel: () => void;
  /** Answers the server's question on the present session. */
  readonly authenticate: (password: string) => void;
  /** Opens the same session again; `null` uses the password that is kept. */
  readonly reconnect: (password: string | null) => void;
  readonly leave: () => void;
  readonly show: (screen: "login" | "session") => void;
  readonly send: (payload: Payload) => void;
  readonly clearTranscript: () => void;
}

export function createStore(host: StoreHost): Store {
  const form: LoginForm = {
    url: signal(host.ownServer),
    dialect: signal("v1"),
    username: signal(""),
    autoReconnect: signal(false),
    allowInsecure: signal(false),
  };
  const screen = signal<"login" | "session">("login");
  const draft = signal<Draft>({ mode: "text", text: "" });
  const target = signal<Target | null>(null);
  const view = signal<SessionView>(initialView);
  const refusedUrl = signal<{ readonly url: string; readonly why: EndpointProblem } | null>(null);
  const desk = createCredentialsDesk();
  let session: Session | null = null;

  // Said of one server in one dialect, it must not hold for another.
  for (const choice of [form.url, form.dialect]) {
    choice.subscribe(() => {
      form.allowInsecure.value = false;
    });
  }

  const { push, flush } = createBatcher<Stamped>(host.schedule, (batch) => {
    view.value = reduceView(view.value, batch);
    if (view.value.status?.kind === "ready") screen.value = "session";
    // A step of its own, because a list that grows at one end and shrinks at the other in the same
    // step cannot keep its place.
    if (trim(view.value.transcript) !== view.value.transcript) host.schedule(trimTranscript, false);
    host.onBatch(batch);
  });

  function trimTranscript(): void {
    view.value = { ...view.value, transcript: trim(view.value.transcript) };
  }

  function start(next: Target): void {
    abandon();
    view.value = beginSession(view.value);
    target.value = next;
    const own = host.createSession(next.url, {
      credentials: desk.provide,
      dialect: next.dialect,
      reconnect: form.autoReconnect.value,
      allowInsecurePassword: form.allowInsecure.value,
      onEvent: (event) => {
        if (session === own) push({ at: host.now(), event });
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

  function answer(username: string, password: string): void {
    desk.handIn({ username, password }, form.autoReconnect.value);
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
    keepsPassword: desk.keeps,
    login: (password) => {
      const endpoint = parseEndpoint(form.url.value, host.pageProtocol);
      refusedUrl.value = endpoint.ok ? null : { url: form.url.value, why: endpoint.error };
      if (!endpoint.ok) return;
      const { url } = endpoint.value;
      const dialect = form.dialect.value;
      const username = form.username.value;
      const present = target.value;
      if (desk.question.value !== null && present?.url === url && present.dialect === dialect) {
        target.value = { ...present, username };
        answer(username, password);
        return;
      }
      desk.forget();
      answer(username, password);
      start({ url, dialect, username });
    },
    cancel: () => {
      desk.forget();
      abandon();
      view.value = beginSession(view.value);
    },
    authenticate: (password) => {
      if (target.value !== null) answer(target.value.username, password);
    },
    reconnect: (password) => {
      const present = target.value;
      if (present === null) return;
      if (password !== null) answer(present.username, password);
      start(present);
    },
    leave: () => {
      desk.forget();
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
