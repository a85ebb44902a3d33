import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Problem } from "@wsecho/wire";
import { readFile, type FileSink } from "./read-file.ts";

/** A capture file in this browser. */
export interface OpenedFile {
  readonly name: string;
  readonly size: number;
  readonly done: number;
  readonly state: "reading" | "read" | "broken";
  /** What could not be read: how many places, and the first. */
  readonly problems: number;
  readonly firstProblem: Problem | null;
}

export interface FileSource {
  /** `null` while none is open. */
  readonly file: ReadonlySignal<OpenedFile | null>;
  readonly reading: ReadonlySignal<boolean>;
  /** Whether it was read to its end, and is still the one that is open. */
  readonly open: (file: File) => Promise<boolean>;
  readonly close: () => void;
}

/** Reads one file at a time: the next one takes its place. */
export function createFileSource(sink: Pick<FileSink, "records" | "rest">): FileSource {
  const file = signal<OpenedFile | null>(null);
  let reading = new AbortController();

  const close = (): void => {
    reading.abort();
    file.value = null;
  };
  const open = async (chosen: File): Promise<boolean> => {
    reading.abort();
    const { signal: gone } = (reading = new AbortController());
    const { name, size } = chosen;
    const change = (next: Partial<OpenedFile>): void => {
      if (!gone.aborted && file.value !== null) file.value = { ...file.value, ...next };
    };
    file.value = { name, size, done: 0, state: "reading", problems: 0, firstProblem: null };
    const whole = await readFile(
      chosen,
      {
        rest: sink.rest,
        records: (records) => {
          if (!gone.aborted) sink.records(records);
        },
        progress: (done) => change({ done }),
        problem: (problem) => {
          const { problems = 0, firstProblem = null } = file.value ?? {};
          change({ problems: problems + 1, firstProblem: firstProblem ?? problem });
        },
      },
      gone,
    );
    change({ state: whole ? "read" : "broken" });
    return whole && !gone.aborted;
  };
  return {
    file,
    reading: computed(() => file.value?.state === "reading"),
    open,
    close,
  };
}
