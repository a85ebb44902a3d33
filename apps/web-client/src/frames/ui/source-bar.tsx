import type { ComponentChildren, JSX, RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Vantage } from "@wsecho/wire";
import { formatBytes, formatCount } from "../../text/format.ts";
import { Notice } from "../../ui/notice.tsx";
import type { OpenedFile } from "../source.ts";
import { ft } from "../words.ts";
import { Check } from "./check.tsx";
import { useFrames } from "./context.ts";

/** Where the records come from: a file or a feed, and who saw them. */
export function SourceBar({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { source, feed, log, reveal, setReveal } = useFrames();
  const file = source.file.value;
  const opener = useRef<HTMLButtonElement>(null);
  return (
    <div class="frames-source">
      <div class="source-line">
        <h2>{ft("view.title")}</h2>
        <SeenAt />
        <Losses />
        <span class="spacer" />
        {/* A file is this person's own: only they can say who looks at the screen. */}
        {file !== null && (
          <Check label={ft("bar.reveal")} checked={reveal.value} onChange={setReveal} />
        )}
        <OpenButton button={opener} />
      </div>
      {file !== null && <FileFacts file={file} onClosed={() => opener.current?.focus()} />}
      {children}
      {/* For screen readers: what has changed, and nothing that changes often. */}
      <p class="visually-hidden" role="status">
        {file?.state === "read" &&
          ft("source.read", { name: file.name, count: formatCount(log.value.kept.length) })}
        {feed.state.value.kind === "live" && ft(feed.paused.value ? "feed.paused" : "feed.live")}
      </p>
    </div>
  );
}

/** Whose eyes these are: a page cannot see frames itself. */
function SeenAt(): JSX.Element | null {
  const { kept } = useFrames().log.value;
  const first = kept.find(({ record }) => record.conn > 0)?.record.at;
  const known: readonly Vantage[] = ["server", "client", "proxy", "capture"];
  if (first === undefined || !known.includes(first)) return null;
  return <span class="fact tag">{ft(`source.seenAt.${first}`)}</span>;
}

/** What is not in the list, and why. */
function Losses(): JSX.Element {
  const { lost, log } = useFrames();
  const { dropped } = log.value;
  return (
    <>
      {lost.value > 0 && (
        <span class="fact number dropped" title={ft("feed.lost.hint")}>
          {ft("feed.lost", { count: formatCount(lost.value) })}
        </span>
      )}
      {dropped > 0 && (
        <span class="fact number dropped" title={ft("feed.dropped.hint")}>
          {ft("feed.dropped", { count: formatCount(dropped) })}
        </span>
      )}
    </>
  );
}

interface OpenButtonProps {
  readonly button: RefObject<HTMLButtonElement | null>;
}

function OpenButton({ button }: OpenButtonProps): JSX.Element {
  const { open } = useFrames();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept=".jsonl,.ndjson,.har,.pcap,.pcapng,.json"
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file can be chosen again.
          currentTarget.value = "";
          if (file !== undefined) void open(file);
        }}
      />
      <button
        ref={button}
        type="button"
        class="button small"
        title={ft("source.open.label")}
        onClick={() => input.current?.click()}
      >
        {ft("source.open")}
      </button>
    </>
  );
}

interface FileFactsProps {
  readonly file: OpenedFile;
  /** The button that closed it is gone. */
  readonly onClosed: () => void;
}

function FileFacts({ file, onClosed }: FileFactsProps): JSX.Element {
  const { log, source, clear } = useFrames();
  const { name, size, done, state, problems, firstProblem } = file;
  return (
    <>
      <div class="source-line file-line">
        {state === "reading" ? (
          <>
            <progress value={done} max={Math.max(1, size)} aria-label={name} />
            <span class="number">
              {ft("source.reading", { name, done: formatBytes(done), size: formatBytes(size) })}
            </span>
          </>
        ) : (
          <span class="file-name" dir="auto">
            {name} <span class="muted number">{formatBytes(size)}</span>
          </span>
        )}
        <button
          type="button"
          class="button small"
          aria-label={ft("source.close")}
          onClick={() => {
            source.close();
            clear();
            onClosed();
          }}
        >
          ✕
        </button>
      </div>
      {state === "broken" && <Notice tone="warn" title={ft("source.unread")} />}
      {state !== "reading" && problems === 0 && log.value.kept.length === 0 && (
        <Notice tone="warn" title={ft("source.file.empty", { name })} />
      )}
      {firstProblem !== null && (
        <Notice
          tone="warn"
          title={
            problems === 1
              ? ft("source.problem.one")
              : ft("source.problem.other", { count: formatCount(problems) })
          }
        >
          <p lang="en">
            {firstProblem.at > 0
              ? ft("source.problem.at", {
                  at: formatCount(firstProblem.at),
                  says: firstProblem.says,
                })
              : firstProblem.says}
          </p>
        </Notice>
      )}
    </>
  );
}
