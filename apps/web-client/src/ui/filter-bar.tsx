import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import {
  everything,
  filterDirections,
  filterSizes,
  filterTypes,
  isActive,
  type Filter,
} from "../session/filter.ts";
import type { FinderProblem } from "../store/finder.ts";
import { formatBytes, formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";

interface FilterBarProps {
  /** Whether it takes the keyboard as it comes. */
  readonly focused: boolean;
  readonly onLeave: () => void;
}

/** What of the transcript is shown: `/` leads here, Esc back to the transcript. */
export function FilterBar({ focused, onLeave }: FilterBarProps): JSX.Element {
  const { finder, view } = useStore();
  const { filter, problem, progress, shown } = finder;
  const field = useRef<HTMLInputElement>(null);
  const change = (part: Partial<Filter>): void => {
    filter.value = { ...filter.value, ...part };
  };
  const total = view.value.transcript.entries.length;
  const { text, regex, direction, type, minBytes, pinned } = filter.value;

  useLayoutEffect(() => {
    if (focused) field.current?.focus();
  }, []);
  return (
    <search
      class="filter"
      aria-label={t("filter.title")}
      onKeyDown={(event) => {
        // A list that is unfolded takes it for itself.
        if (event.key !== "Escape" || event.target instanceof HTMLSelectElement) return;
        event.preventDefault();
        onLeave();
      }}
    >
      <input
        ref={field}
        type="search"
        aria-label={t("filter.text")}
        placeholder={t("filter.text.placeholder")}
        spellcheck={false}
        aria-invalid={problem.value !== null}
        aria-describedby="filter-says"
        value={text}
        onInput={({ currentTarget }) => change({ text: currentTarget.value })}
      />
      <label class="toggle">
        <input
          type="checkbox"
          checked={regex}
          onChange={({ currentTarget }) => change({ regex: currentTarget.checked })}
        />
        {t("filter.regex")}
      </label>
      <Choice
        label={t("filter.direction")}
        options={filterDirections.map((value) => [value, t(`filter.direction.${value}`)])}
        value={direction}
        onChange={(value) => change({ direction: value })}
      />
      <Choice
        label={t("filter.type")}
        options={filterTypes.map((value) => [value, t(`filter.type.${value}`)])}
        value={type}
        onChange={(value) => change({ type: value })}
      />
      <Choice
        label={t("filter.size")}
        options={filterSizes.map((value) => [
          String(value),
          value === 0
            ? t("filter.size.all")
            : t("filter.size.atLeast", { size: formatBytes(value) }),
        ])}
        value={String(minBytes)}
        onChange={(value) => change({ minBytes: Number(value) })}
      />
      <label class="toggle">
        <input
          type="checkbox"
          checked={pinned}
          onChange={({ currentTarget }) => change({ pinned: currentTarget.checked })}
        />
        {t("filter.pinned")}
      </label>
      <p class="filter-says number" id="filter-says" role="status">
        {problem.value === null
          ? isActive(filter.value) &&
            t("filter.count", {
              count: formatCount(shown.value.length),
              total: formatCount(total),
            })
          : problemWords(problem.value)}
        {progress.value < 1 &&
          ` · ${t("filter.searching", { percent: formatCount(Math.floor(progress.value * 100)) })}`}
      </p>
      {isActive(filter.value) && (
        <button
          type="button"
          class="button small"
          onClick={() => {
            filter.value = everything;
            field.current?.focus();
          }}
        >
          {t("filter.reset")}
        </button>
      )}
    </search>
  );
}

function problemWords(problem: FinderProblem): string {
  switch (problem.kind) {
    case "invalid":
      return t("filter.invalid", { detail: problem.detail });
    case "slow":
      return t("filter.slow");
    case "missing":
      return t("page.partMissing");
  }
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: Value, words: string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>): JSX.Element {
  const { label, options, value, onChange } = props;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => {
        const chosen = options.find(([one]) => one === currentTarget.value);
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  );
}
