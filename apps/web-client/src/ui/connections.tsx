import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { asksForFaults, shortAddress } from "../session/endpoint.ts";
import type { Target } from "../session/target.ts";
import { forgetAll } from "../store/forget-all.ts";
import { t } from "../words/language.ts";
import { useSessions, useStore } from "./context.ts";
import { parts } from "./parts.ts";

/** Connections to come back to, and a link to hand on; without secrets, both of them. */
export function ConnectionsCard(): JSX.Element {
  const sessions = useSessions();
  const { connections, check, fill } = useStore();
  const linked = useSignal<Target | null>(null);
  const forgotten = useSignal(false);
  const id = useId();
  const list = connections.list.value;
  return (
    <section class="card saved" aria-labelledby={`${id}-title`}>
      <div class="saved-head">
        <h2 id={`${id}-title`}>{t("saved.title")}</h2>
        <button
          type="button"
          class="button small"
          onClick={() => {
            const target = check();
            if (target !== null) connections.save(target);
          }}
        >
          {t("saved.save")}
        </button>
        <button
          type="button"
          class="button small"
          aria-label={t("saved.share.label")}
          onClick={() => {
            linked.value = check();
          }}
        >
          {t("saved.share")}
        </button>
      </div>
      {linked.value !== null && (
        <parts.link.View
          target={linked.value}
          onClose={() => {
            linked.value = null;
          }}
        />
      )}
      {list.length === 0 && <p class="hint">{t("saved.none")}</p>}
      <ul role="list">
        {list.map((target) => (
          <SavedRow
            key={JSON.stringify(target)}
            target={target}
            onUse={() => fill(target)}
            onRemove={() => connections.remove(target)}
          />
        ))}
      </ul>
      <div class="saved-foot">
        <button
          type="button"
          class="button small"
          aria-describedby={`${id}-forget`}
          onClick={() => {
            forgetAll(sessions);
            forgotten.value = true;
          }}
        >
          {t("saved.forgetAll")}
        </button>
        <p class="hint" id={`${id}-forget`}>
          {t("saved.forgetAll.hint")}
        </p>
      </div>
      <p class="visually-hidden" role="status">
        {forgotten.value ? t("saved.forgotten") : ""}
      </p>
    </section>
  );
}

interface SavedRowProps {
  readonly target: Target;
  readonly onUse: () => void;
  readonly onRemove: () => void;
}

function SavedRow({ target, onUse, onRemove }: SavedRowProps): JSX.Element {
  const { url, dialect, username } = target;
  const address = shortAddress(url);
  return (
    <li>
      <button type="button" class="saved-use" title={url} onClick={onUse}>
        <span class="mono">{address}</span>
        <span class="muted">
          {t(`login.dialect.${dialect}`)}
          {username !== "" && ` · ${username}`}
          {asksForFaults(url) && ` · ${t("login.faults")}`}
        </span>
      </button>
      <button
        type="button"
        class="button small"
        aria-label={t("saved.remove.label", { address })}
        onClick={onRemove}
      >
        {t("saved.remove")}
      </button>
    </li>
  );
}
