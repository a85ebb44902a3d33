import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import type { Credentials } from "@wsecho/client";
import type { Store } from "../store/types.ts";
import type { FramesEntry } from "./entry.ts";
import { feedUrl, type Feed } from "./feed.ts";
import { ownPlace, placeOf, type FeedPlace } from "./place.ts";

/** When one session's feed begins and ends, also while another session is in view. */
export interface Watch {
  /** Where the feed is; `null` while there is none to ask. */
  readonly place: ReadonlySignal<FeedPlace | null>;
  /** What the page can log in with by itself; `null` where a person has to say. */
  readonly held: () => Credentials | null;
  /** Whether the address had to bring a token, and did not: as after a reload. */
  readonly expired: boolean;
  /** Somebody looks: from now on the feed begins as soon as it can. */
  readonly begin: () => void;
  /** Ends it; who has stopped watching does not want it to begin again by itself. */
  readonly stop: () => void;
}

export interface WatchHost {
  readonly store: Store;
  readonly entry: FramesEntry;
  readonly feed: Feed;
  /** A capture that is shown in the place of a feed. */
  readonly file: ReadonlySignal<unknown>;
}

export function createWatch({ store, entry, feed, file }: WatchHost): Watch {
  const token = entry.takeToken();
  const wanted = signal<boolean | null>(null);
  const held = (): Credentials | null => (token === null ? store.heldLogin() : { token });
  const kind = computed(() => store.view.value.status?.kind);
  const session = computed(() => store.view.value.status?.session);
  const user = computed(() => store.view.value.status?.user);
  const place = computed(() => {
    if (entry.only) return ownPlace();
    const { target, form } = store;
    return target.value === null || kind.value !== "ready"
      ? null
      : placeOf(target.value, user.value, form.allowInsecure.value);
  });

  effect(() => {
    const to = place.value;
    if (to === null || wanted.value !== true || file.value !== null) return;
    const credentials = held();
    if (credentials === null && to.method !== "certificate") return;
    if (feed.state.value.kind !== "off") return;
    const { url, allowInsecure } = to;
    untracked(() => feed.start({ url: feedUrl(url), credentials, allowInsecure }));
  });
  effect(() => {
    // Who has left is not to be shown anything more.
    if (!entry.only && kind.value === "stopped") feed.stop();
  });
  effect(() => {
    if (session.value !== undefined) feed.follow();
  });
  return {
    place,
    held,
    expired: entry.only && token === null,
    begin: () => {
      wanted.value ??= true;
    },
    stop: () => {
      wanted.value = false;
      feed.stop();
    },
  };
}
