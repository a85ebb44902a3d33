import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { t } from "../words/language.ts";

export interface Lazy<Props> {
  /** Shows the part as soon as it is there; until then what becomes of it. */
  readonly View: (props: Props) => JSX.Element;
  /** Begins to load it before it is wanted. */
  readonly load: () => Promise<void>;
  readonly isThere: () => boolean;
}

/** A part of the page that comes in files of its own, when it is first wanted. */
export function lazy<Props extends object>(get: () => Promise<ComponentType<Props>>): Lazy<Props> {
  const part = signal<ComponentType<Props> | null>(null);
  const failed = signal(false);
  const busy = signal(false);
  const load = async (): Promise<void> => {
    if (part.value !== null || busy.value) return;
    busy.value = true;
    try {
      const loaded = await get();
      part.value = loaded;
    } catch {
      failed.value = true;
    }
    busy.value = false;
  };

  function Missing(): JSX.Element {
    // What failed before it was wanted is tried again.
    useEffect(() => void load(), []);
    const isMissing = failed.value && !busy.value;
    return (
      <div class="part-missing">
        <p class={isMissing ? "" : "muted"} role="status">
          {t(isMissing ? "page.partMissing" : "page.loading")}
        </p>
        {/* It stays while it is tried, and the keyboard with it. */}
        {failed.value && (
          <button
            type="button"
            class="button"
            aria-disabled={busy.value}
            onClick={() => void load()}
          >
            {t("page.again")}
          </button>
        )}
      </div>
    );
  }
  return {
    load,
    isThere: () => part.value !== null,
    View: (props) => {
      const Part = part.value;
      return Part === null ? <Missing /> : <Part {...props} />;
    },
  };
}
