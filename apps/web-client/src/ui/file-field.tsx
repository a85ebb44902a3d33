import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { FileProblem } from "../store/chosen-file.ts";
import { formatBytes } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";

/** A file whose bytes are to be one binary message: chosen here, or dropped or pasted before. */
export function FileField({ limit }: { readonly limit: number }): JSX.Element {
  const { file, problem, choose } = useStore().fileChoice;
  const input = useRef<HTMLInputElement>(null);
  const chosen = file.value;
  return (
    <div class="file-field">
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        aria-label={t("composer.file")}
        onChange={({ currentTarget }) => {
          void choose([...(currentTarget.files ?? [])]);
          // The same file may be chosen again, when it has changed.
          currentTarget.value = "";
        }}
      />
      <button type="button" class="button small" onClick={() => input.current?.click()}>
        {t(chosen === null ? "composer.file.choose" : "composer.file.other")}
      </button>
      <span role="status">
        {chosen === null
          ? t("composer.file.hint", { limit: formatBytes(limit) })
          : t("composer.file.chosen", {
              name: chosen.name,
              size: formatBytes(chosen.data.byteLength),
            })}
      </span>
      {problem.value !== null && (
        <p class="field-problem" role="alert">
          {problemOf(problem.value)}
        </p>
      )}
    </div>
  );
}

function problemOf(problem: FileProblem): string {
  switch (problem.kind) {
    case "tooBig": {
      const { name, limit } = problem;
      return t("composer.file.tooBig", { name, limit: formatBytes(limit) });
    }
    case "unreadable":
      return t("composer.file.unreadable", { name: problem.name });
    case "several":
      return t("composer.file.several");
  }
}
