import { computed, signal } from "@preact/signals";
import { isActive } from "../session/filter.ts";
import type { Target } from "../session/target.ts";
import type { PageEvent } from "../session/view.ts";
import { createFileChoice } from "./chosen-file.ts";
import { startConversation, type Conversation } from "./conversation.ts";
import { createFinder } from "./finder.ts";
import { createHistory } from "./history.ts";
import { createIdentity } from "./identity.ts";
import { createLoginForm } from "./login-form.ts";
import { createRegexSieve } from "./regex-sieve.ts";
import { browserAfter, createRepeater } from "./repeater.ts";
import { browserSoon } from "./search.ts";
import type { Draft, Store, StoreHost } from "./types.ts";
import { createViewStore } from "./view-store.ts";

export function createStore(host: StoreHost): Store {
  const { form, problem, fill, check } = createLoginForm(host.ownServer, host.pageProtocol);
  const screen = signal<"login" | "session">("login");
  const draft = signal<Draft>({ mode: "text", text: "" });
  const target = signal<Target | null>(null);
  const before = signal<Target | null>(null);
  const linkedUrl = signal<string | null>(null);
  const identity = createIdentity(target, host.stay);
  const { view, push, flush, begin, clear, add, fit } = createViewStore({
    ...host,
    onBatch: (batch) => {
      // It may have ended since.
      if (batch.some(({ event }) => event.type === "status" && event.status.kind === "ready"))
        screen.value = "session";
      host.onBatch(batch);
    },
  });
  const finder = createFinder({
    entries: computed(() => view.value.transcript.entries),
    clock: () => performance.now(),
    soon: browserSoon,
    regexSieve: createRegexSieve,
  });
  const repeater = createRepeater(browserAfter);
  let conversation: Conversation | null = null;
  /** Given up for the present one, which sends what this one never did. */
  let former: Conversation | null = null;

  function start(next: Target): void {
    former = next === target.value ? conversation : null;
    abandon();
    begin();
    // What was planned for one server is not for the next.
    repeater.stop();
    target.value = next;
    const emit = (event: PageEvent): void => {
      if (conversation !== own) return;
      identity.watch(event);
      push({ at: host.now(), event });
    };
    const stays = form.stay.value && next.method === "password";
    const own = startConversation(host, next, {
      credentials: identity.provide,
      takeToken: identity.takeToken,
      remember: stays ? identity.remember(next) : null,
      reconnect: form.autoReconnect.value,
      allowInsecurePassword: form.allowInsecure.value,
      emit,
      neverSent: (payload) => {
        if (former === own && conversation !== null) conversation.send(payload);
        else push({ at: host.now(), event: { type: "neverSent", payload } });
      },
    });
    conversation = own;
  }

  /** The present conversation, if any, ends by itself; its last words no longer count. */
  function abandon(): void {
    const old = conversation;
    old?.close();
    flush();
    conversation = null;
  }

  function answer(to: Target, secret: string): void {
    identity.answer(to, secret, form.autoReconnect.value);
  }

  return {
    id: host.id,
    form,
    screen,
    draft,
    fileChoice: createFileChoice(host.fileRoom),
    finder,
    framesFilter: signal(""),
    history: createHistory(),
    repeater,
    target,
    view,
    connections: host.connections,
    linkedUrl,
    formProblem: problem,
    fill,
    before,
    restore: (next) => {
      fill(next);
      before.value = next;
    },
    follow: (linked) => {
      fill(linked.target);
      linkedUrl.value = linked.target.url;
      if (linked.draft.text !== "") draft.value = linked.draft;
      if (isActive(linked.filter)) finder.filter.value = linked.filter;
    },
    check,
    question: identity.question,
    keepsPassword: identity.keepsPassword,
    stays: host.stay.held,
    tokenRefused: identity.tokenRefused,
    heldLogin: identity.held,
    login: (secret) => {
      const next = check();
      if (next === null) return;
      const { url, dialect, method } = next;
      const present = target.value;
      const asked =
        identity.question.value !== null && (method === "password" || method === "token");
      if (asked && present?.url === url && present.dialect === dialect) {
        target.value = next;
        answer(next, secret);
        return;
      }
      identity.forget();
      answer(next, secret);
      start(next);
    },
    resume: () => {
      const kept = identity.resume();
      if (kept === null) return;
      const { url, username } = kept;
      form.url.value = url;
      form.username.value = username;
      start({ url, dialect: "v1", protocols: [], method: "password", username });
    },
    cancel: () => {
      identity.forget();
      abandon();
      begin();
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
      identity.forget();
      conversation?.close();
    },
    forgetStay: identity.forgetStay,
    show: (next) => {
      screen.value = next;
    },
    send: (payload) => conversation?.send(payload),
    clearTranscript: () => {
      finder.clearPins();
      clear();
    },
    importEntries: (entries) => {
      add(entries);
      screen.value = "session";
    },
    fit,
  };
}
