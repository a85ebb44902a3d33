import type { ComponentType, JSX } from "preact";
import { signal } from "@preact/signals";
import { t } from "../words/language.ts";

export interface Lazy<Props> {
  /** Shows the part as soon as it is there. */
  readonly View: (props: Props) => JSX.Element;
  /** Begins to load it before it is wanted. */
  readonly load: () => Promise<void>;
}

/** A part of the page that comes in a file of its own, when it is first wanted. */
export function lazy<Props extends object>(get: () => Promise<ComponentType<Props>>): Lazy<Props> {
  const part = signal<ComponentType<Props> | null>(null);
  const failed = signal(false);
  const load = async (): Promise<void> => {
    if (part.value !== null) return;
    try {
      const loaded = await get();
      part.value = loaded;
      failed.value = false;
    } catch {
      failed.value = true;
    }
  };
  return {
    load,
    View: (props) => {
      const Part = part.value;
      if (Part !== null) return <Part {...props} />;
      if (!failed.value) void load();
      return (
        <p class="part-missing muted" role="status">
          {t(failed.value ? "page.partMissing" : "page.loading")}
        </p>
      );
    },
  };
}
