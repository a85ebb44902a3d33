import { effect } from "@preact/signals";
import { render } from "preact";
import { createSession } from "@wsecho/client";
import { createFramesEntry } from "./frames/entry.ts";
import { readLink } from "./session/connection-link.ts";
import { ownServer, shortAddress } from "./session/endpoint.ts";
import { defaultBounds } from "./session/transcript.ts";
import { announce } from "./store/announcements.ts";
import { createAnnouncer } from "./store/announcer.ts";
import { browserSchedule } from "./store/batch.ts";
import { openDrawer } from "./store/browser-store.ts";
import { keepDraft } from "./store/kept-draft.ts";
import { startPreferences, transcriptRoom } from "./store/preferences.ts";
import { createConnections } from "./store/connections.ts";
import { createLoginKeeper } from "./store/kept-login.ts";
import { createStays } from "./store/stay.ts";
import { createStore } from "./store/store.ts";
import { App } from "./ui/app.tsx";
import { StoreContext } from "./ui/context.ts";
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

const store = createStore({
  createSession,
  now: Date.now,
  schedule: browserSchedule,
  pageProtocol: location.protocol,
  // In development the page comes from Vite, and its server stands elsewhere.
  ownServer: import.meta.env.VITE_SERVER_URL ?? ownServer(location),
  stay: createStays(createLoginKeeper(() => localStorage))(),
  connections: createConnections(openDrawer(() => localStorage, "wsecho.connections")),
  bounds: () => ({ ...defaultBounds, entries: transcriptRoom.value }),
  onBatch: (batch) => announce(batch, announcer, t),
});
keepDraft(
  store.draft,
  openDrawer(() => sessionStorage, "wsecho.draft"),
);

effect(() => {
  const { status } = store.view.value;
  const url = store.target.value?.url;
  document.title =
    store.screen.value === "login" || status === null || url === undefined
      ? t("page.title")
      : t("page.titleWith", { status: t(`status.${status.kind}`), address: shortAddress(url) });
});

/** A link fills in the form and nothing else; where one is open, no earlier login is resumed. */
function followLink(): boolean {
  const linked = readLink(location.hash);
  if (linked === null) return false;
  store.follow(linked);
  return true;
}

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
// Words first: a page that changes its language while it is read is worse than a late one.
await startPreferences();
const byLink = followLink();
addEventListener("hashchange", followLink);
render(
  <StoreContext.Provider value={store}>
    <App spoken={announcer.text} frames={frames} />
  </StoreContext.Provider>,
  root,
);
if (!frames.only && !byLink) store.resume();
loadLanguages().catch(() => undefined);
loadParts();
