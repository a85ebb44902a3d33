import type { JSX } from "preact";
import { formatCount } from "../../text/format.ts";
import { useSay } from "../../ui/context.ts";
import { Segments } from "../../ui/fields.tsx";
import { t } from "../../words/language.ts";
import type { NarrowingProblem } from "../narrowing.ts";
import type { Level, Which } from "../rows.ts";
import { ft } from "../words.ts";
import { Check } from "./check.tsx";
import { useFrames } from "./context.ts";
import { ExportMenu } from "./export-menu.tsx";

const levels: readonly Level[] = ["frames", "messages"];
const choices: readonly Which[] = ["all", "c2s", "s2c", "control"];

/** What of it all the list shows. */
export function Toolbar(): JSX.Element {
  const { level, which, fold, rows, source, clear } = useFrames();
  const say = useSay();
  return (
    <div class="frames-bar" role="group" aria-label={ft("bar.label")}>
      <Segments
        quiet
        legend={ft("bar.level")}
        options={levels.map((value) => ({ value, label: ft(`bar.level.${value}`) }))}
        value={level.value}
        onChange={(value) => {
          level.value = value;
        }}
      />
      <Segments
        quiet
        legend={ft("bar.which")}
        options={choices.map((value) => ({ value, label: ft(`bar.which.${value}`) }))}
        value={which.value}
        onChange={(value) => {
          which.value = value;
        }}
      />
      <FilterField />
      <Check
        label={
          rows.value.folded === 0
            ? ft("bar.fold")
            : ft("bar.folded", { count: formatCount(rows.value.folded) })
        }
        checked={fold.value}
        onChange={(checked) => {
          fold.value = checked;
        }}
      />
      <span class="spacer" />
      {source.file.value === null && (
        <button
          type="button"
          class="button small"
          aria-label={ft("bar.clear.label")}
          onClick={() => {
            clear();
            say(ft("bar.cleared"));
            // The button goes with what there was.
            document.getElementById("frames")?.focus();
          }}
        >
          {ft("bar.clear")}
        </button>
      )}
      <ExportMenu />
    </div>
  );
}

function FilterField(): JSX.Element {
  const { expression, problem: found } = useFrames().narrowing;
  const problem = found.value;
  return (
    <div class="frames-filter">
      <input
        id="frames-filter"
        type="search"
        aria-label={ft("bar.filter")}
        placeholder={ft("bar.filter.hint")}
        autocapitalize="none"
        autocomplete="off"
        spellcheck={false}
        value={expression.value}
        onInput={({ currentTarget }) => {
          expression.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || expression.value === "") return;
          event.preventDefault();
          expression.value = "";
        }}
        aria-invalid={problem !== null}
        {...(problem !== null && { "aria-describedby": "frames-filter-problem" })}
      />
      {problem !== null && (
        <p class="field-problem" id="frames-filter-problem" role="status">
          <ProblemWords problem={problem} />
        </p>
      )}
    </div>
  );
}

function ProblemWords({ problem }: { readonly problem: NarrowingProblem }): JSX.Element {
  switch (problem.kind) {
    case "invalid": {
      const { at, says } = problem.error;
      return <span lang="en">{ft("bar.filter.problem", { at: formatCount(at + 1), says })}</span>;
    }
    case "slow":
      return <>{t("filter.slow")}</>;
    case "missing":
      return <>{t("page.partMissing")}</>;
  }
}
