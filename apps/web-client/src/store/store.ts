import { computed, signal } from "@preact/signals";
import {
  bearerTransport,
  SessionError,
  type CredentialsProvider,
  type RememberOptions,
  type Session,
} from "@wsecho/client";
import { closes } from "@wsecho/protocol";
import type { Target } from "../session/target.ts";
import { clear, draftOf, trim } from "../session/transcript.ts";
import {
  beginSession,
  initialView,
  reduceView,
  type PageEvent,
  type SessionView,
  type Stamped,
} from "../session/view.ts";
import { createBatcher } from "./batch.ts";
import { noDrawer } from "./browser-store.ts";
import { createConnections } from "./connections.ts";
import { createCredentialsDesk } from "./credentials-desk.ts";
import { browserSoon, createFinder } from "./finder.ts";
import { createHistory } from "./history.ts";
import { forgetful } from "./kept-login.ts";
import { createLoginForm } from "./login-form.ts";
import { createRawConversation, type Conversation } from "./raw-conversation.ts";
import { browserAfter, createRepeater } from "./repeater.ts";
import type { Draft, Store, StoreHost } from "./types.ts";

/** How long a login is remembered at most; the server may grant less. 30 days, in ms. */
const stayMs = 30 * 24 * 3_600_000;

export function createStore(host: StoreHost): Store {
  const { form, problem, fill, check } = createLoginForm(host.ownServer, host.pageProtocol);
  const screen = signal<"login" | "session">("login");
  const draft = signal<Draft>({ mode: "text", text: "" });
  const target = signal<Target | null>(null);
  const view = signal<SessionView>(initialView);
  const finder = createFinder({
    entries: computed(() => view.value.transcript.entries),
    clock: () => performance.now(),
    soon: browserSoon,
  });
  const desk = createCredentialsDesk();
  const keeper = host.keeper ?? forgetful;
  const connections = createConnections(host.connections ?? noDrawer);
  const linkedUrl = signal<string | null>(null);
  const stays = signal(false);
  /** Whether the present session logs in by the token of an earlier visit. */
  let resuming = false;
  /** Whether what was last handed in is a token. */
  let byToken = false;
  const tokenRefused = signal(false);
  let conversation: Conversation | null = null;

  const { push, flush } = createBatcher<Stamped>(host.schedule, (batch) => {
    const { transcript, ...rest } = reduceView(view.value, batch);
    view.value = { ...rest, transcript: trim(transcript, host.bounds?.()) };
    if (view.value.status?.kind === "ready") screen.value = "session";
    host.onBatch(batch);
  });

  function forgetLogin(): void {
    keeper.forget();
    stays.value = false;
    resuming = false;
  }

  /** A server that refuses the kept token, or throws its user out, has ended the stay. */
  function watchStay(event: PageEvent): void {
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
    const emit = (event: PageEvent): void => {
      if (conversation !== own) return;
      watchStay(event);
      push({ at: host.now(), event });
    };
    const own = next.dialect === "raw" ? startRaw(next, emit) : startSession(next, emit);
    conversation = own;
  }

  function startRaw({ url, protocols }: Target, emit: (event: PageEvent) => void): Conversation {
    const open = host.openSocket ?? ((to, offered) => new WebSocket(to, [...offered]));
    return createRawConversation({
      url,
      protocols,
      reconnect: form.autoReconnect.value,
      open,
      emit,
    });
  }

  function startSession(next: Target, emit: (event: PageEvent) => void): Conversation {
    const { url, method, dialect } = next;
    const session = host.createSession(url, {
      credentials: provide,
      ...(form.stay.value && method === "password" ? { remember: rememberFor(next) } : {}),
      ...(method === "bearer" ? { transport: bearerTransport(desk.takeToken) } : {}),
      dialect: dialect === "raw" ? "v1" : dialect,
      handshakeLogin: method === "certificate" || method === "bearer",
      reconnect: form.autoReconnect.value,
      allowInsecurePassword: form.allowInsecure.value,
      onEvent: emit,
    });
    void drain(session);
    return {
      send: (payload) => {
        const asked: Promise<unknown> =
          payload.kind === "text" ? session.ask(payload.text) : session.ask(payload.data);
        // An outcome comes as an event; only a message that never got its turn has none.
        asked.catch((error: unknown) => {
          const unsent = error instanceof SessionError && error.reason.kind === "unsent";
          if (unsent) push({ at: host.now(), event: { type: "neverSent", payload } });
        });
      },
      close: () => void session.close({ reason: closes.userExit.reason }),
    };
  }

  /** The present conversation, if any, ends by itself; its last words no longer count. */
  function abandon(): void {
    const old = conversation;
    old?.close();
    flush();
    conversation = null;
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

  function answer({ method, username, dialect }: Target, secret: string): void {
    byToken = method === "token" || method === "bearer";
    if (method === "certificate" || dialect === "raw") return;
    const given = byToken ? { token: secret } : { username, password: secret };
    desk.handIn(given, form.autoReconnect.value);
  }

  return {
    form,
    screen,
    draft,
    finder,
    history: createHistory(),
    repeater: createRepeater(browserAfter),
    target,
    view,
    connections,
    linkedUrl,
    formProblem: problem,
    fill,
    follow: (linked) => {
      fill(linked.target);
      linkedUrl.value = linked.target.url;
      if (linked.draft !== "") draft.value = { mode: "text", text: linked.draft };
    },
    check,
    question: desk.question,
    keepsPassword: computed(
      () =>
        desk.keeps.value ||
        target.value?.method === "certificate" ||
        target.value?.dialect === "raw",
    ),
    stays,
    tokenRefused,
    heldLogin: () => {
      const token = stays.value ? keeper.load()?.token : undefined;
      return desk.kept() ?? (token === undefined ? null : { token });
    },
    login: (secret) => {
      const next = check();
      if (next === null) return;
      const { url, dialect, method } = next;
      const present = target.value;
      const asked = desk.question.value !== null && (method === "password" || method === "token");
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
      start({ url, dialect: "v1", protocols: [], method: "password", username });
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
      conversation?.close();
    },
    forgetStay: forgetLogin,
    show: (next) => {
      screen.value = next;
    },
    send: (payload) => conversation?.send(payload),
    clearTranscript: () => {
      flush();
      finder.clearPins();
      view.value = { ...view.value, transcript: clear(view.value.transcript) };
    },
    importEntries: (entries) => {
      flush();
      const draft = draftOf(view.value.transcript);
      entries.forEach(draft.append);
      view.value = { ...view.value, transcript: trim(draft.finish(), host.bounds?.()) };
      screen.value = "session";
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
