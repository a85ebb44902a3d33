import { batch, effect, type Signal } from "@preact/signals";
import { readFilter, type Filter } from "../session/filter.ts";
import type { Target } from "../session/target.ts";
import type { Drawer } from "./browser-store.ts";
import { readTarget, withoutSecrets } from "./connections.ts";
import type { Sessions } from "./sessions.ts";
import type { Draft, DraftMode, Store } from "./types.ts";

/** A longer draft does not survive a reload; UTF-16 units. */
const maxLength = 64 * 1024;

const modes: readonly DraftMode[] = ["text", "json", "hex", "base64"];
const noDraft: Draft = { mode: "text", text: "" };

/** What of one session survives a reload: nothing that lets somebody in, and nothing that was sent. */
interface Kept {
  readonly target: Target;
  readonly autoReconnect: boolean;
  readonly draft: Draft;
  readonly filter: Filter;
  readonly framesFilter: string;
}

interface KeptPage {
  /** In the order of the tabs. */
  readonly sessions: readonly Kept[];
  /** The place of the one in view. */
  readonly active: number;
  /** Whether the Frames view was open. */
  readonly frames: boolean;
  /** The address's own, with a link that was followed already. */
  readonly hash: string;
}

/** What of the page is kept. */
export interface KeptParts {
  readonly sessions: Sessions;
  readonly drawer: Drawer;
  /** Whether the Frames view is open. */
  readonly frames: Signal<boolean>;
}

/**
 * Brings back the sessions that this tab had before a reload, as far as their login forms, drafts and
 * filters, and the Frames view; nothing is connected. Gives the fragment that the address had then; `null` where there is
 * nothing to bring back.
 */
export function restoreSessions({ sessions, drawer, frames }: KeptParts): string | null {
  const kept = (drawer.read() ?? {}) as Partial<KeptPage>;
  const list = (Array.isArray(kept.sessions) ? kept.sessions : []).flatMap(readKept);
  if (list.length === 0) return null;
  batch(() => {
    const stores = list.map((one, i) => {
      const store = i === 0 ? sessions.active.value : sessions.open();
      if (store !== null) restore(store, one);
      return store;
    });
    const inView = stores[Number(kept.active)] ?? stores[0];
    if (inView) sessions.show(inView);
    frames.value = kept.frames === true;
  });
  return String(kept.hash);
}

/** Keeps from now on what {@link restoreSessions} brings back. */
export function keepSessions({ sessions, drawer, frames }: KeptParts, hash: () => string): void {
  const fresh = JSON.stringify(sessions.list.value.map(keptOf));
  const untouched = sessions.list.value.every(({ before }) => before.value === null);
  effect(() => {
    const list = sessions.list.value.map(keptOf);
    const active = sessions.list.value.indexOf(sessions.active.value);
    const open = frames.value;
    if (untouched && !open && JSON.stringify(list) === fresh) drawer.forget();
    else drawer.write({ sessions: list, active, frames: open, hash: hash() } satisfies KeptPage);
  });
}

function keptOf({ form, target, draft, finder, framesFilter }: Store): Kept {
  const { mode, text } = draft.value;
  return {
    target: withoutSecrets(
      target.value ?? {
        url: form.url.value,
        dialect: form.dialect.value,
        protocols: form.protocols.value.split(/[\s,]+/).filter((name) => name !== ""),
        method: form.method.value,
        username: form.username.value,
      },
    ),
    autoReconnect: form.autoReconnect.value,
    draft: mode === "file" || text.length > maxLength ? noDraft : { mode, text },
    // What was pinned is gone.
    filter: { ...finder.filter.value, pinned: false },
    framesFilter: framesFilter.value,
  };
}

function restore(store: Store, kept: Kept): void {
  const { target, autoReconnect, draft, filter, framesFilter } = kept;
  store.restore(target.url === "" ? { ...target, url: store.form.url.value } : target);
  store.form.autoReconnect.value = autoReconnect;
  store.draft.value = draft;
  store.finder.filter.value = filter;
  store.framesFilter.value = framesFilter;
}

/** What stands in storage may be anything. */
function readKept(one: Partial<Kept> | null): readonly Kept[] {
  const [target] = readTarget(one?.target ?? null);
  if (target === undefined) return [];
  const { mode, text } = (one?.draft ?? {}) as Partial<Draft>;
  const known = modes.find((name) => name === mode);
  const draft = known !== undefined && typeof text === "string" ? { mode: known, text } : noDraft;
  const filter = readFilter(one?.filter);
  const framesFilter = typeof one?.framesFilter === "string" ? one.framesFilter : "";
  return [{ target, autoReconnect: one?.autoReconnect === true, draft, filter, framesFilter }];
}
