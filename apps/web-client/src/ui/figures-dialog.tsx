import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { percentiles, type Traffic } from "../session/figures.ts";
import { formatBytes, formatCount, formatSpan } from "../text/format.ts";
import { dt } from "../words/dialogs.ts";
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
    dt("figures.traffic", { messages: formatCount(messages), size: formatBytes(bytes) });
  const counts = ["identical", "differing", "unprompted", "lost", "unsent", "refused"] as const;
  return (
    <Dialog title={dt("figures.title")} onClose={onClose}>
      <dl class="figures">
        <Figure words={dt("figures.sent")} value={traffic(sent)} />
        <Figure words={dt("figures.received")} value={traffic(received)} />
        <dt>{dt("figures.rate")}</dt>
        <dd>
          <Rate sent={sent.messages} received={received.messages} />
        </dd>
        {counts.map((name) => (
          <Figure key={name} words={dt(`figures.${name}`)} value={formatCount(figures[name])} />
        ))}
        <Figure words={dt("figures.dropped")} value={formatCount(transcript.dropped)} />
      </dl>
      <h3>
        {dt("figures.latency")}{" "}
        {of !== null && (
          <small class="muted">
            {dt("figures.latency.of", { count: formatCount(roundTrips.length) })}
          </small>
        )}
      </h3>
      {of === null ? (
        <p class="muted">{dt("figures.latency.none")}</p>
      ) : (
        <>
          <LatencyPlot roundTrips={roundTrips} last={roundTrips.length} />
          <dl class="figures">
            {(["p50", "p95", "p99"] as const).map((name) => (
              <Figure key={name} words={name} value={formatSpan(of[name])} />
            ))}
            <Figure words={dt("figures.max")} value={formatSpan(of.max)} />
          </dl>
        </>
      )}
      <SplitFigures />
    </Dialog>
  );
}

function Figure({ words, value }: { readonly words: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{words}</dt>
      <dd>{value}</dd>
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
      {dt("figures.rate.value", {
        sent: formatCount(rate.sent),
        received: formatCount(rate.received),
      })}
    </>
  );
}
