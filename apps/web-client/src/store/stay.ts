import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { KeptLogin, LoginKeeper } from "./kept-login.ts";

/** A session's hold on the one login that stays with this browser. */
export interface Stay {
  /** Whether the login that stays is this session's. */
  readonly held: ReadonlySignal<boolean>;
  /** What is kept of this session; `null` where nothing is, or another session's. */
  readonly kept: () => KeptLogin | null;
  /** Takes over what an earlier visit left. */
  readonly resume: () => KeptLogin | null;
  /** Stays from now on, in the place of any other. */
  readonly save: (login: KeptLogin) => void;
  /** Takes the login away, unless another session holds it. */
  readonly forget: () => void;
}

/** Gives each session its hold on what `keeper` keeps: there is room for one, and the last one has it. */
export function createStays(keeper: LoginKeeper): () => Stay {
  const holder = signal<object | null>(null);
  return () => {
    const own = {};
    const held = computed(() => holder.value === own);
    return {
      held,
      kept: () => (held.value ? keeper.load() : null),
      resume: () => {
        const kept = holder.value === null ? keeper.load() : null;
        if (kept !== null) holder.value = own;
        return kept;
      },
      save: (login) => {
        keeper.save(login);
        holder.value = own;
      },
      forget: () => {
        if (holder.value !== null && !held.value) return;
        keeper.forget();
        holder.value = null;
      },
    };
  };
}
