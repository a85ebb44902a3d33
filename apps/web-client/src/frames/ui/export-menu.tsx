import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { Segments } from "../../ui/fields.tsx";
import { dt } from "../../words/dialogs.ts";
import { exportFormats, exportRecords, type ExportFormat } from "../exports.ts";
import { ft } from "../words.ts";
import { Check } from "./check.tsx";
import { useFrames } from "./context.ts";

const formats = Object.keys(exportFormats) as readonly ExportFormat[];

/** A file for other tools; without secrets, unless somebody wants them in it. */
export function ExportMenu(): JSX.Element {
  const { records, shownOnly, narrowing } = useFrames();
  const open = useSignal(false);
  const format = useSignal<ExportFormat>("jsonl");
  const filtered = useSignal(false);
  const reveal = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  const narrowed = narrowing.wanted.value !== null;
  const asShown = narrowed && filtered.value;
  const searching = asShown && narrowing.searching.value;

  const close = (): void => {
    open.value = false;
    // Secrets are asked for each time anew.
    reveal.value = false;
    button.current?.focus();
  };
  const save = (): void => {
    if (searching) return;
    const pieces = exportRecords(records(), format.value, {
      reveal: reveal.value,
      filter: asShown ? shownOnly() : null,
    });
    const { extension, type } = exportFormats[format.value];
    download(new Blob(pieces as BlobPart[], { type }), `wsecho-frames.${extension}`);
    close();
  };
  return (
    <div
      class="export"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open.value) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        ref={button}
        type="button"
        class="button small"
        aria-expanded={open.value}
        aria-controls={id}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {ft("export.title")}
      </button>
      {open.value && (
        <form
          id={id}
          class="export-card"
          aria-label={ft("export.title")}
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <Segments
            legend={ft("export.format")}
            options={formats.map((value) => ({ value, label: ft(`export.${value}`) }))}
            value={format.value}
            onChange={(value) => {
              format.value = value;
            }}
          />
          <p class="hint">{ft(`export.${format.value}.hint`)}</p>
          {narrowed && (
            <Check
              label={ft("export.filtered")}
              checked={filtered.value}
              onChange={(checked) => {
                filtered.value = checked;
              }}
            />
          )}
          <Check
            label={ft("export.reveal")}
            checked={reveal.value}
            onChange={(checked) => {
              reveal.value = checked;
            }}
          />
          <p class={reveal.value ? "field-problem" : "hint"}>
            {ft(reveal.value ? "export.reveal.hint" : "export.redacted")}
          </p>
          <p class="hint" role="status">
            {searching && dt("files.searching")}
          </p>
          <button type="submit" class="button small primary" aria-disabled={searching}>
            {ft("export.save")}
          </button>
        </form>
      )}
    </div>
  );
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
