import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FramesEntry } from "../frames/entry.ts";
import type { FramesView } from "../frames/ui/frames-view.tsx";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Notice } from "./notice.tsx";

/** The Frames view, loaded when somebody first wants it. */
export function FramesPane({ entry }: { readonly entry: FramesEntry }): JSX.Element {
  const { id } = useStore();
  const [view, setView] = useState<{ readonly FramesView: typeof FramesView } | null>(null);
  const [failed, setFailed] = useState(false);

  const load = (): void => {
    setFailed(false);
    import("../frames/ui/frames-view.tsx").then(setView, () => setFailed(true));
  };
  useEffect(load, []);
  if (view !== null) return <view.FramesView key={id} entry={entry} />;
  return (
    <section
      class="pane-waiting"
      hidden={!entry.shown.value}
      aria-label={t("frames.title")}
      aria-busy={!failed}
    >
      {failed ? (
        <Notice tone="warn" title={t("frames.failed")}>
          <p>{t("frames.failed.meaning")}</p>
          <div class="actions">
            <button type="button" class="button" onClick={load}>
              {t("frames.again")}
            </button>
          </div>
        </Notice>
      ) : (
        <p class="muted">{t("frames.loading")}</p>
      )}
    </section>
  );
}
