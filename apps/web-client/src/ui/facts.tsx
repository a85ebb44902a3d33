import type { JSX } from "preact";
import type { Signal } from "@preact/signals";
import { writeFaults } from "@wsecho/protocol/faults";
import { faultsOf } from "../faults/address.ts";
import { shortAddress } from "../session/endpoint.ts";
import { percentiles } from "../session/figures.ts";
import { isActive } from "../session/filter.ts";
import { shownAddress } from "../session/public-address.ts";
import { formatCount, formatMoment, formatSpan } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useSay, useStore } from "./context.ts";
import { LatencyPlot } from "./latency-plot.tsx";

const dialogs = ["figures", "files", "snippets", "handshake", "link"] as const;
export type DialogName = (typeof dialogs)[number];

interface FactsProps {
  readonly dialog: Signal<DialogName | null>;
  readonly filtering: Signal<boolean>;
}

/** Where we are, as whom, how fast it answers, and what can be done with all of it. */
export function Facts({ dialog, filtering }: FactsProps): JSX.Element {
  const { target, view, clearTranscript } = useStore();
  const say = useSay();
  const { status, statusAt, loginEndsAt, transcript } = view.value;
  const count = transcript.entries.length;
  const user = status?.user ?? target.value?.username ?? "";
  return (
    <section class="facts" aria-label={t("session.facts")}>
      <span class="fact address" title={shownAddress(target.value?.url ?? "")}>
        {shortAddress(target.value?.url ?? "")}
      </span>
      {user !== "" && <span class="fact">{t("session.user", { user })}</span>}
      {loginEndsAt !== null && (
        <span class="fact number">
          {t("session.loginUntil", { time: formatMoment(loginEndsAt, statusAt) })}
        </span>
      )}
      <Agreement />
      <AskedFaults />
      <Latency />
      <span class="spacer" />
      <Count filtering={filtering.value} />
      {transcript.dropped > 0 && (
        <span class="fact number dropped" title={t("transcript.dropped.hint")}>
          {t("transcript.dropped", { count: formatCount(transcript.dropped) })}
        </span>
      )}
      <div class="tools" role="group" aria-label={t("tools.title")}>
        <button
          type="button"
          class="button small"
          aria-expanded={filtering.value}
          onClick={() => {
            filtering.value = !filtering.value;
          }}
        >
          {t("tools.filter")}
        </button>
        {dialogs.map((name) => (
          <button
            key={name}
            type="button"
            class="button small"
            aria-haspopup="dialog"
            onClick={() => {
              dialog.value = name;
            }}
          >
            {t(`tools.${name}`)}
          </button>
        ))}
        <button
          type="button"
          class="button small"
          aria-label={t("transcript.clear.label")}
          aria-disabled={count === 0}
          onClick={() => {
            if (count === 0) return;
            clearTranscript();
            say(t("transcript.cleared"));
          }}
        >
          {t("transcript.clear")}
        </button>
      </div>
    </section>
  );
}

/** How many entries there are; where a filter is on and out of sight, how many of them it shows. */
function Count({ filtering }: { readonly filtering: boolean }): JSX.Element {
  const { finder, view } = useStore();
  const { length } = view.value.transcript.entries;
  const total = formatCount(length);
  const words =
    !filtering && isActive(finder.filter.value)
      ? t("filter.count", { count: formatCount(finder.shown.value.length), total })
      : length === 1
        ? t("transcript.count.one")
        : t("transcript.count.other", { count: total });
  return <span class="fact number">{words}</span>;
}

/** The dialect; of a raw conversation what the upgrade agreed on, as far as a browser tells. */
function Agreement(): JSX.Element {
  const { target, view } = useStore();
  const { status, upgrade } = view.value;
  const dialect = status?.dialect ?? target.value?.dialect ?? "v1";
  const { protocol = "", extensions = "" } = dialect === "raw" ? (upgrade ?? {}) : {};
  return (
    <>
      <span class="fact tag">{protocol === "" ? t(`login.dialect.${dialect}`) : protocol}</span>
      {extensions !== "" && (
        <span class="fact" title={t("session.extensions")}>
          {extensions}
        </span>
      )}
    </>
  );
}

/** So that nobody takes what was asked for as the server's own doing. */
function AskedFaults(): JSX.Element | null {
  const asked = faultsOf(useStore().target.value?.url ?? "");
  const faults = asked.ok ? writeFaults(asked.value) : "";
  return faults === "" ? null : (
    <span class="fact tag dropped">{t("session.faults", { faults })}</span>
  );
}

/** How many round trips the line shows. */
const plotted = 120;

function Latency(): JSX.Element | null {
  const { roundTrips } = useStore().view.value.figures;
  const last = roundTrips.at(-1);
  const of = percentiles(roundTrips.slice(-plotted));
  if (last === undefined || of === null) return null;
  return (
    <span class="fact latency number">
      <span title={t("session.rtt")}>
        <span class="visually-hidden">{t("session.rtt")} </span>
        {formatSpan(last)}
      </span>
      <LatencyPlot roundTrips={roundTrips} last={plotted} />
      <span class="percentiles" aria-hidden="true">
        p50 {formatSpan(of.p50)} · p95 {formatSpan(of.p95)} · p99 {formatSpan(of.p99)}
      </span>
    </span>
  );
}
