import { batch, computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { createRedactor, type Filter, type WireRecord } from "@wsecho/wire";
import { createBatcher, type Schedule } from "../store/batch.ts";
import { browserSoon } from "../store/search.ts";
import { createFilterSieve } from "./filter-sieve.ts";
import { keyOf } from "./links.ts";
import {
  append,
  emptyLog,
  lostIn,
  trimLog,
  type FrameLog,
  type Kept,
  type LogBounds,
} from "./log.ts";
import { createNarrowing, type Narrowing } from "./narrowing.ts";
import { rowsOf, type Level, type Rows, type Which } from "./rows.ts";
import { createFileSource, type FileSource } from "./source.ts";

/** What the Frames view shows, and how. */
export interface FramesStore {
  /** What is shown: without secrets, unless somebody asked for them. */
  readonly log: ReadonlySignal<FrameLog>;
  readonly rows: ReadonlySignal<Rows>;
  /** Records that the feed had to leave out. */
  readonly lost: ReadonlySignal<number>;
  /** How many connections there are records of. */
  readonly connections: ReadonlySignal<number>;
  readonly source: FileSource;
  readonly level: Signal<Level>;
  readonly which: Signal<Which>;
  readonly fold: Signal<boolean>;
  readonly narrowing: Narrowing;
  readonly selected: Signal<Kept | null>;
  /** The record that the list is to go to; the list takes it away. */
  readonly wanted: Signal<Kept | null>;
  /** Chooses a record and goes to it, whatever is shown at present. */
  readonly goTo: (entry: Kept) => void;
  readonly reveal: ReadonlySignal<boolean>;
  readonly setReveal: (reveal: boolean) => void;
  /** Opens or closes a folded row, by the `seq` of its first frame. */
  readonly toggleFold: (first: number) => void;
  /** Records of a feed, which has taken the secrets out. */
  readonly push: (records: readonly WireRecord[]) => void;
  readonly open: (file: File) => Promise<void>;
  readonly clear: () => void;
  /** All that is kept, as it came: for an export. */
  readonly records: () => readonly WireRecord[];
  /** Of those, what the filter shows; `null` where there is none. */
  readonly shownOnly: () => Filter | null;
  /** Keeps within the bounds where they have become narrower. */
  readonly fit: () => void;
}

export interface FramesHost {
  readonly schedule: Schedule;
  /** Of the narrowing; default one of its own. */
  readonly expression?: Signal<string>;
  /** Lets the page draw between two pieces of a file. */
  readonly rest: () => Promise<void>;
  /** How much may be kept, once it is what it is about to be; default what one view alone may. */
  readonly bounds?: (next: FrameLog) => LogBounds;
  /** Told when there is more than before. */
  readonly onGrow?: () => void;
}

export function createFramesStore(host: FramesHost): FramesStore {
  const { schedule, rest, bounds, onGrow, expression = signal("") } = host;
  /** As it came; the same objects as in `log`, but where a secret was taken out. */
  let raw = emptyLog;
  const log = signal<FrameLog>(emptyLog);
  const level = signal<Level>("frames");
  const which = signal<Which>("all");
  const fold = signal(true);
  const opened = signal<ReadonlySet<number>>(new Set());
  const selected = signal<Kept | null>(null);
  const wanted = signal<Kept | null>(null);
  const reveal = signal(false);
  let redactor = createRedactor();
  const narrowing = createNarrowing({
    ...{ expression, log, soon: browserSoon },
    sieve: createFilterSieve,
  });
  const { wanted: narrowed } = narrowing;

  const trimmed = (next: FrameLog): FrameLog => trimLog(next, bounds?.(next));
  const show = (records: readonly WireRecord[]): void => {
    log.value = trimmed(append(log.value, records));
    onGrow?.();
  };
  const { push, flush } = createBatcher<WireRecord>(schedule, (records) => {
    raw = trimmed(append(raw, records));
    show(source.file.value === null ? records : records.flatMap((record) => redactor.push(record)));
  });
  const source = createFileSource({
    records: (records) => {
      for (const record of records) push(record);
    },
    rest,
  });

  const clear = (): void => {
    flush();
    raw = emptyLog;
    redactor = createRedactor({ reveal: reveal.value });
    batch(() => {
      log.value = emptyLog;
      selected.value = null;
      opened.value = new Set();
    });
  };
  const readAnew = (): void => {
    flush();
    redactor = createRedactor({ reveal: reveal.value });
    const records = raw.kept.flatMap(({ record }) => redactor.push(record));
    const ended = source.reading.value ? [] : redactor.end();
    const before = selected.value;
    batch(() => {
      log.value = append({ ...emptyLog, nextSeq: log.value.nextSeq, dropped: raw.dropped }, [
        ...records,
        ...ended,
      ]);
      opened.value = new Set();
      selected.value =
        log.value.kept.find(({ record }) => before && keyOf(record) === keyOf(before.record)) ??
        null;
    });
  };

  return {
    log,
    rows: computed(() =>
      rowsOf(log.value.kept, {
        level: level.value,
        which: which.value,
        wanted: narrowed.value,
        fold: fold.value,
        opened: opened.value,
      }),
    ),
    lost: computed(() => lostIn(log.value)),
    connections: computed(
      () =>
        new Set(log.value.kept.map(({ record }) => record.conn).filter((conn) => conn > 0)).size,
    ),
    source,
    level,
    which,
    fold,
    narrowing,
    selected,
    wanted,
    goTo: (entry) =>
      batch(() => {
        level.value = entry.record.k === "message" ? "messages" : "frames";
        // What hides it is given up.
        if (which.value !== "all" && which.value !== entry.record.dir) which.value = "all";
        if (narrowed.value?.(entry) === false) expression.value = "";
        selected.value = entry;
        wanted.value = entry;
      }),
    reveal,
    setReveal: (next) => {
      reveal.value = next;
      readAnew();
    },
    toggleFold: (first) => {
      const next = new Set(opened.value);
      if (!next.delete(first)) next.add(first);
      opened.value = next;
    },
    push: (records) => {
      for (const record of records) push(record);
    },
    open: async (file) => {
      reveal.value = false;
      clear();
      if (!(await source.open(file))) return;
      flush();
      // Frames that waited for the end of their message.
      show(redactor.end());
    },
    clear,
    records: () => raw.kept.map(({ record }) => record),
    shownOnly: () => {
      const wanted = narrowed.value;
      if (wanted === null) return null;
      const shown = log.value.kept.filter(wanted).map(({ record }) => keyOf(record));
      const keys = new Set(shown);
      return (record) => keys.has(keyOf(record));
    },
    fit: () => {
      raw = trimmed(raw);
      log.value = trimmed(log.value);
    },
  };
}
