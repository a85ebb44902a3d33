import { signal, type Signal } from "@preact/signals";

export const showings = {
  text: ["asIs", "json", "hex", "base64"],
  binary: ["asIs", "text", "base64", "msgpack", "cbor", "protobuf"],
} as const;
export type ShowAs = (typeof showings)[keyof typeof showings][number];

/** What a person did to rows, by `seq`: rows themselves come and go as they are scrolled. */
export interface RowState {
  readonly selected: Signal<number | null>;
  readonly expanded: Signal<ReadonlySet<number>>;
  readonly showAs: Signal<ReadonlyMap<number, ShowAs>>;
  /** What a key did to the chosen row, where nothing else shows it; empty for nothing. */
  readonly said: Signal<string>;
  readonly toggle: (seq: number) => void;
}

export function createRowState(): RowState {
  const expanded = signal<ReadonlySet<number>>(new Set());
  return {
    selected: signal(null),
    expanded,
    showAs: signal(new Map()),
    said: signal(""),
    toggle: (seq) => {
      const next = new Set(expanded.value);
      if (!next.delete(seq)) next.add(seq);
      expanded.value = next;
    },
  };
}
