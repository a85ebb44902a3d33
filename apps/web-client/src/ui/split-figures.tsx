import type { JSX } from "preact";
import { percentiles } from "../session/figures.ts";
import { formatCount, formatFine } from "../text/format.ts";
import { dt } from "../words/dialogs.ts";
import { useFramesEntry } from "./context.ts";

const parts = ["up", "server", "down"] as const;

/** Where round trips went: to the server, in it, and back. Only the server can tell. */
export function SplitFigures(): JSX.Element {
  const splits = useFramesEntry().links.value?.splits() ?? [];
  const doubt = percentiles(splits.map(({ uncertainty }) => uncertainty));
  return (
    <>
      <h3>
        {dt("split.title")}{" "}
        {doubt !== null && (
          <small class="muted">
            {dt("figures.latency.of", { count: formatCount(splits.length) })}
          </small>
        )}
      </h3>
      {doubt === null ? (
        <p class="muted">{dt("split.none")}</p>
      ) : (
        <>
          <table class="split">
            <thead>
              <tr>
                <td />
                <th scope="col">p50</th>
                <th scope="col">p95</th>
                <th scope="col">p99</th>
              </tr>
            </thead>
            <tbody>
              {parts.map((part) => {
                const of = percentiles(splits.map((split) => split[part]));
                return (
                  <tr key={part}>
                    <th scope="row">{dt(`split.${part}`)}</th>
                    {(["p50", "p95", "p99"] as const).map((name) => (
                      <td key={name} class="number">
                        {formatFine(of?.[name] ?? 0)}
                      </td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
          <p class="hint">{dt("split.doubt", { doubt: formatFine(doubt.p50) })}</p>
        </>
      )}
    </>
  );
}
