import { effect } from "@preact/signals";
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
import { startPreferences, transcriptRoom } from "./store/preferences.ts";
import { createLoginKeeper } from "./store/kept-login.ts";
import { resumeLogin } from "./store/resume-login.ts";
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

const keeper = createLoginKeeper(openDrawer(() => localStorage, "wsecho.login"));
const sessions = createSessions({
  createSession,
  now: pageClock,
  schedule: browserSchedule,
  pageProtocol: location.protocol,
  // In development the page comes from Vite, and its server stands elsewhere.
  ownServer: import.meta.env.VITE_SERVER_URL ?? ownServer(location),
  keeper,
  connections: openDrawer(() => localStorage, "wsecho.connections"),
  bounds: () => ({ ...defaultBounds, entries: transcriptRoom.value }),
  onBatch: (session, batch) => {
    if (session === sessions.active.value) announce(batch, announcer, t);
    else announceElsewhere(batch, { announcer, name: sessionName(session, t) }, t);
  },
});
/** What of it survives a reload of this tab. */
const drawer = openDrawer(() => sessionStorage, "wsecho.sessions");
const page = { sessions, drawer, frames: frames.shown };

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
  if (linked.frames) frames.shown.value = true;
  return true;
}

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
void begin(root);

/** Not at the top level: a part would wait for this file's end, and this for the part. */
async function begin(place: Element): Promise<void> {
  // Words first: a page that changes its language while it is read is worse than a late one.
  await startPreferences();
  // Wanted before the first drawing where there is something to bring back, else when there is time.
  const kept = frames.only ? null : import("./store/kept-sessions.ts").catch(() => null);
  const hash = drawer.read() === null ? null : ((await kept)?.restoreSessions(page) ?? null);
  // What the address still says was followed before the reload.
  const byLink = hash !== location.hash && followLink();
  addEventListener("hashchange", followLink);
  render(
    <SessionsContext.Provider value={sessions}>
      <App announcer={announcer} frames={frames} />
    </SessionsContext.Provider>,
    place,
  );
  if (!frames.only && !byLink) resumeLogin(sessions, keeper);
  void kept?.then((part) => part?.keepSessions(page, () => location.hash));
  loadLanguages().catch(() => undefined);
  loadParts();
}
