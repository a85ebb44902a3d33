import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { percentiles, type Traffic } from "../session/figures.ts";
import { formatBytes, formatCount, formatSpan } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { LatencyPlot } from "./latency-plot.tsx";
import { SplitFigures } from "./split-figures.tsx";

/** What was counted since the page was opened. */
export function FiguresDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { figures, transcript } = useStore().view.value;
  const { sent, received, roundTrips } = figures;
  const of = percentiles(roundTrips);
  const traffic = ({ messages, bytes }: Traffic): string =>
    t("figures.traffic", { messages: formatCount(messages), size: formatBytes(bytes) });
  const counts = ["identical", "differing", "unprompted", "lost", "unsent", "refused"] as const;
  return (
    <Dialog title={t("figures.title")} onClose={onClose}>
      <dl class="figures">
        <dt>{t("figures.sent")}</dt>
        <dd>{traffic(sent)}</dd>
        <dt>{t("figures.received")}</dt>
        <dd>{traffic(received)}</dd>
        <dt>{t("figures.rate")}</dt>
        <dd>
          <Rate sent={sent.messages} received={received.messages} />
        </dd>
        {counts.map((name) => (
          <Count key={name} words={t(`figures.${name}`)} count={figures[name]} />
        ))}
        <Count words={t("figures.dropped")} count={transcript.dropped} />
      </dl>
      <h3>
        {t("figures.latency")}{" "}
        {of !== null && (
          <small class="muted">
            {t("figures.latency.of", { count: formatCount(roundTrips.length) })}
          </small>
        )}
      </h3>
      {of === null ? (
        <p class="muted">{t("figures.latency.none")}</p>
      ) : (
        <>
          <LatencyPlot roundTrips={roundTrips} last={roundTrips.length} />
          <dl class="figures">
            {(["p50", "p95", "p99"] as const).map((name) => (
              <>
                <dt key={name}>{name}</dt>
                <dd>{formatSpan(of[name])}</dd>
              </>
            ))}
            <dt>{t("figures.max")}</dt>
            <dd>{formatSpan(of.max)}</dd>
          </dl>
        </>
      )}
      <SplitFigures />
    </Dialog>
  );
}

function Count({ words, count }: { readonly words: string; readonly count: number }): JSX.Element {
  return (
    <>
      <dt>{words}</dt>
      <dd>{formatCount(count)}</dd>
    </>
  );
}

const everyMs = 1000;

/** Messages in the last second. */
function Rate(now: { readonly sent: number; readonly received: number }): JSX.Element {
  const present = useRef(now);
  present.current = now;
  const [rate, setRate] = useState({ sent: 0, received: 0 });
  useEffect(() => {
    let before = present.current;
    const timer = setInterval(() => {
      const { sent, received } = present.current;
      setRate({ sent: sent - before.sent, received: received - before.received });
      before = present.current;
    }, everyMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      {t("figures.rate.value", {
        sent: formatCount(rate.sent),
        received: formatCount(rate.received),
      })}
    </>
  );
}
