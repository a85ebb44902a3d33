import { loadRegexWorker } from "../store/regex-sieve.ts";
import { lazy } from "./lazy.tsx";

/** What the first look at the page does without. */
export const parts = {
  session: lazy(async () => (await import("./session-view.tsx")).SessionView),
  tabs: lazy(async () => (await import("./session-tabs.tsx")).SessionTabs),
  repeat: lazy(async () => (await import("./repeat-panel.tsx")).RepeatPanel),
  shown: lazy(async () => (await import("./shown-view.tsx")).ShownView),
  figures: lazy(async () => (await import("./figures-dialog.tsx")).FiguresDialog),
  files: lazy(async () => (await import("./files-dialog.tsx")).FilesDialog),
  snippets: lazy(async () => (await import("./snippets-dialog.tsx")).SnippetsDialog),
  handshake: lazy(async () => (await import("../frames/ui/handshake-dialog.tsx")).HandshakeDialog),
  link: lazy(async () => (await import("./link-dialog.tsx")).LinkDialog),
  faults: lazy(async () => (await import("../faults/ui/fault-lab.tsx")).FaultLab),
  help: lazy(async () => (await import("./help-dialog.tsx")).HelpDialog),
};

/** By far the largest, and not for everybody: it is loaded when it is wanted. */
export const framesPart = lazy(
  async () => (await import("../frames/ui/frames-view.tsx")).FramesView,
);

/** Loads them all meanwhile, so that they are there also when the page's server is gone. */
export function loadParts(): void {
  for (const { load } of Object.values(parts)) void load();
  loadRegexWorker();
}
