import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { createSession } from "@wsecho/client";
import { createFramesEntry } from "./frames/entry.ts";
import { readLink } from "./session/connection-link.ts";
import { ownServer, shortAddress } from "./session/endpoint.ts";
import { sessionName } from "./store/session-name.ts";
import { defaultBounds } from "./session/transcript.ts";
import { announce, announceElsewhere } from "./store/announcements.ts";
import { createAnnouncer } from "./store/announcer.ts";
import { browserSchedule } from "./store/batch.ts";
import { openDrawer } from "./store/browser-store.ts";
import { pageClock } from "./store/clock.ts";
import { keepDraft } from "./store/kept-draft.ts";
import { startPreferences, transcriptRoom } from "./store/preferences.ts";
import { createLoginKeeper } from "./store/kept-login.ts";
import { createSessions } from "./store/sessions.ts";
import { App } from "./ui/app.tsx";
import { SessionsContext } from "./ui/context.ts";
import { loadParts } from "./ui/parts.ts";
import { loadLanguages, t } from "./words/language.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/login.css";
import "./styles/session.css";
import "./styles/transcript.css";
import "./styles/dialog.css";

const frames = createFramesEntry(window);
const announcer = createAnnouncer((ms, callback) => void setTimeout(callback, ms));

const sessions = createSessions({
  createSession,
  now: pageClock,
  schedule: browserSchedule,
  pageProtocol: location.protocol,
  // In development the page comes from Vite, and its server stands elsewhere.
  ownServer: import.meta.env.VITE_SERVER_URL ?? ownServer(location),
  keeper: createLoginKeeper(() => localStorage),
  connections: openDrawer(() => localStorage, "wsecho.connections"),
  bounds: () => ({ ...defaultBounds, entries: transcriptRoom.value }),
  onBatch: (session, batch) => {
    if (session === sessions.active.value) announce(batch, announcer, t);
    else announceElsewhere(batch, { announcer, name: sessionName(session, t) }, t);
  },
});
keepDraft(
  computed(() => sessions.active.value.draft),
  openDrawer(() => sessionStorage, "wsecho.draft"),
);

effect(() => {
  const { view, target, screen } = sessions.active.value;
  const { status } = view.value;
  const url = target.value?.url;
  document.title =
    screen.value === "login" || status === null || url === undefined
      ? t("page.title")
      : t("page.titleWith", { status: t(`status.${status.kind}`), address: shortAddress(url) });
});

/**
 * A link fills in the form and nothing else, that of a new session where the one in view is past
 * it. Where one is open, no earlier login is resumed.
 */
function followLink(): boolean {
  const linked = readLink(location.hash);
  if (linked === null) return false;
  const { value } = sessions.active;
  (value.screen.value === "login" ? value : sessions.open())?.follow(linked);
  return true;
}

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
// Words first: a page that changes its language while it is read is worse than a late one.
await startPreferences();
const byLink = followLink();
addEventListener("hashchange", followLink);
render(
  <SessionsContext.Provider value={sessions}>
    <App spoken={announcer.text} frames={frames} />
  </SessionsContext.Provider>,
  root,
);
if (!frames.only && !byLink) sessions.active.value.resume();
loadLanguages().catch(() => undefined);
loadParts();
