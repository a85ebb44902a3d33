import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { MessageEntry } from "../session/transcript.ts";
import type { Handshake } from "./handshakes.ts";
import type { Missing } from "./join.ts";
import type { LatencySplit } from "./latency.ts";

/** How a person gets to the Frames view: all of it that belongs to the page's first load. */
export interface FramesEntry {
  readonly shown: Signal<boolean>;
  /** Whether frames are recorded at present, also while the view is not shown. */
  readonly watching: Signal<boolean>;
  /** The page is there for one feed and has no session of its own (`wsecho proxy --ui`). */
  readonly only: boolean;
  /** What it knows of the page's messages; `null` before it is loaded. */
  readonly links: Signal<WireLinks | null>;
  /** The `seq` of a transcript's entry that somebody wants to see; whoever shows it takes it away. */
  readonly wantedRow: Signal<number | null>;
  /**
   * Whether a file is dragged over the page, and there over a part that takes it; dropped anywhere
   * else it is a capture.
   */
  readonly dragging: ReadonlySignal<"page" | "part" | null>;
  /** A capture that was dropped on the page, until the view takes it. */
  readonly dropped: ReadonlySignal<File | null>;
  readonly takeDropped: () => File | null;
  /** The token that the page's address brought; only once. */
  readonly takeToken: () => string | null;
}

/** From messages of the page to what the server saw of them; all of it reads signals. */
export interface WireLinks {
  /** `off`: nobody watches. */
  readonly find: (entry: MessageEntry) => "found" | "off" | Missing;
  /** Shows a message's frames in the view. */
  readonly show: (entry: MessageEntry) => void;
  /** Of the session that the server calls so; `null` where nobody saw it. */
  readonly handshake: (session: string) => Handshake | null;
  /** Where the round trip of a message went; `null` where the server's part is not known. */
  readonly split: (entry: MessageEntry) => LatencySplit | null;
  /** The same for the newest echoes of the newest session. */
  readonly splits: () => readonly LatencySplit[];
}

/** What the entry needs of a browser's window. */
export interface FramesWindow {
  readonly location: { readonly hash: string; readonly pathname: string };
  readonly history: { readonly replaceState: (data: unknown, unused: string, url: string) => void };
  readonly addEventListener: (
    type: "dragover" | "dragleave" | "drop",
    listener: (event: DragEvent) => void,
  ) => void;
}

/**
 * A drag that is called off with Escape ends without a word; one that goes on says so several times
 * a second, also where it stands still.
 */
const forgetMs = 3000;

const feedHash = /^#feed(?:=(.*))?$/;

/** Takes a token out of the address at once, and captures that are dropped anywhere. */
export function createFramesEntry(window: FramesWindow): FramesEntry {
  const feed = feedHash.exec(window.location.hash);
  const shown = signal(feed !== null);
  const dropped = signal<File | null>(null);
  const dragging = signal<"page" | "part" | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let token = decode(feed?.[1] ?? "");
  // Nobody should send it on with the address. What stays says what the page was for.
  if (token !== null) window.history.replaceState(null, "", `${window.location.pathname}#feed`);

  for (const type of ["dragover", "dragleave", "drop"] as const)
    window.addEventListener(type, (event) => {
      const { dataTransfer, defaultPrevented: taken, relatedTarget } = event;
      if (type === "dragleave") {
        // Who goes to nothing has left the window; what was dragged is no longer told.
        if (relatedTarget === null) dragging.value = null;
        return;
      }
      if (!dataTransfer?.types.includes("Files")) return;
      const over = taken ? "part" : "page";
      dragging.value = type === "dragover" ? over : null;
      clearTimeout(timer);
      timer = setTimeout(() => {
        dragging.value = null;
      }, forgetMs);
      if (taken) return;
      // A browser would leave the page for the file.
      event.preventDefault();
      const [file] = dataTransfer.files;
      if (type === "dragover") dataTransfer.dropEffect = "copy";
      else if (file !== undefined) {
        dropped.value = file;
        shown.value = true;
      }
    });
  return {
    shown,
    watching: signal(false),
    only: feed !== null,
    links: signal(null),
    wantedRow: signal(null),
    dragging,
    dropped,
    takeDropped: () => {
      const file = dropped.value;
      dropped.value = null;
      return file;
    },
    takeToken: () => {
      const taken = token;
      token = null;
      return taken;
    },
  };
}

function decode(text: string): string | null {
  try {
    return text === "" ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}
