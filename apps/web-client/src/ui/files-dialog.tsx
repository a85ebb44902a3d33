import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { isActive } from "../session/filter.ts";
import { readTranscript, toHar, toJsonLines } from "../session/transcript-file.ts";
import { formatBytes, formatCount } from "../text/format.ts";
import { dt } from "../words/dialogs.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Dialog } from "./dialog.tsx";

/** The transcript as a file, and files into the transcript. */
export function FilesDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { view, finder, target } = useStore();
  const onlyShown = useSignal(true);
  // One that is not followed shows everything.
  const filtered = isActive(finder.filter.value) && finder.problem.value === null;
  const asShown = filtered && onlyShown.value;
  const searching = asShown && finder.progress.value < 1;
  const id = useId();
  const save = (form: "jsonl" | "har"): void => {
    if (searching) return;
    const entries = asShown ? finder.shown.value : view.value.transcript.entries;
    const text = form === "jsonl" ? toJsonLines(entries) : toHar(entries, target.value?.url ?? "");
    download(`wsecho-${new Date().toISOString().replaceAll(":", "-")}.${form}`, text);
  };
  return (
    <Dialog title={dt("files.title")} onClose={onClose}>
      <h3>{dt("files.export")}</h3>
      <p class="hint" id={`${id}-export`}>
        {dt("files.export.hint")}
      </p>
      {filtered && (
        <label class="toggle">
          <input
            type="checkbox"
            checked={onlyShown.value}
            onChange={({ currentTarget }) => {
              onlyShown.value = currentTarget.checked;
            }}
          />
          {dt("files.shown")}
        </label>
      )}
      <div class="actions">
        {(["jsonl", "har"] as const).map((form) => (
          <button
            key={form}
            type="button"
            class="button"
            aria-describedby={`${id}-export`}
            aria-disabled={searching}
            onClick={() => save(form)}
          >
            {dt(`files.${form}`)}
          </button>
        ))}
      </div>
      <p class="hint" role="status">
        {searching && dt("files.searching")}
      </p>
      <h3>{dt("files.import")}</h3>
      <Import />
    </Dialog>
  );
}

/** A larger text is more than the transcript holds, even as Base64. */
const maxBytes = 128 * 1024 * 1024;

function Import(): JSX.Element {
  const { importEntries } = useStore();
  const says = useSignal<readonly string[]>([]);
  const id = useId();
  const read = async (file: File): Promise<readonly string[]> => {
    if (file.size > maxBytes) return [dt("files.tooLarge", { limit: formatBytes(maxBytes) })];
    const text = await file.text().catch(() => null);
    if (text === null) return [t("composer.file.unreadable", { name: file.name })];
    const found = readTranscript(text);
    if (found === null) return [dt("files.unreadable")];
    const { entries, skipped, firstSkipped } = found;
    const count = entries.length;
    importEntries([{ kind: "imported", at: Date.now(), name: file.name, count }, ...entries]);
    const added = dt("files.imported", { count: formatCount(count) });
    return skipped === 0
      ? [added]
      : [
          added,
          dt("files.skipped", { count: formatCount(skipped), line: formatCount(firstSkipped) }),
        ];
  };
  return (
    <>
      <p class="hint" id={`${id}-hint`}>
        {dt("files.import.hint")}
      </p>
      <input
        type="file"
        accept=".jsonl,.ndjson,.har,.json"
        aria-label={dt("files.import.label")}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file === undefined) return;
          void read(file).then((lines) => {
            says.value = lines;
            // The same file may be chosen again.
            currentTarget.value = "";
          });
        }}
      />
      <div role="status">
        {says.value.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
