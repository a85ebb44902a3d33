import type { JSX } from "preact";
import { useSignal, type Signal } from "@preact/signals";
import { formatBytes } from "../text/format.ts";
import { t } from "../words/language.ts";

export interface ChosenFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A page that reads a film into memory is gone; the terminal sends those. */
const maxBytes = 64 * 1024 * 1024;

/** A file whose bytes are to be one binary message. */
export function FileField({ file }: { readonly file: Signal<ChosenFile | null> }): JSX.Element {
  const problem = useSignal("");
  const choose = async (chosen: File | undefined): Promise<void> => {
    file.value = null;
    problem.value = "";
    if (chosen === undefined) return;
    const { name, size } = chosen;
    if (size > maxBytes)
      problem.value = t("composer.file.tooBig", { name, limit: formatBytes(maxBytes) });
    else file.value = { name, data: new Uint8Array(await chosen.arrayBuffer()) };
  };
  return (
    <div class="file-field">
      <input
        type="file"
        aria-label={t("composer.file")}
        onChange={({ currentTarget }) => void choose(currentTarget.files?.[0])}
      />
      {problem.value !== "" && (
        <p class="field-problem" role="alert">
          {problem.value}
        </p>
      )}
    </div>
  );
}
