import { language, type Language } from "../words/language.ts";

/** Made once for each language it is wanted in: making one costs more than a thousand uses of it. */
function perLanguage<Format>(make: (language: Language) => Format): () => Format {
  const made: Partial<Record<Language, Format>> = {};
  return () => (made[language.value] ??= make(language.value));
}

const clock = perLanguage(
  (name) =>
    new Intl.DateTimeFormat(name, {
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 },
      hourCycle: "h23",
    }),
);
const second = perLanguage(
  (name) => new Intl.DateTimeFormat(name, { timeStyle: "medium", hourCycle: "h23" }),
);
const day = perLanguage((name) => new Intl.DateTimeFormat(name, { dateStyle: "medium" }));
const counts = perLanguage((name) => new Intl.NumberFormat(name));
/** Numbers with none to three digits after the point, by how many. */
const decimals = [0, 1, 2, 3].map((digits) =>
  perLanguage(
    (name) =>
      new Intl.NumberFormat(name, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ),
);
const fixed = (value: number, digits: 0 | 1 | 2 | 3): string =>
  decimals[digits]?.().format(value) ?? "";

/** Local wall-clock time, 24 hours, with milliseconds: `09:05:07.042`. */
export function formatTime(at: number): string {
  return clock().format(at);
}

/** Local time to the second, with the day where that is another than that of `now`. */
export function formatMoment(at: number, now: number): string {
  const [date, today] = [at, now].map((ms) => day().format(ms));
  const time = second().format(at);
  return date === today ? time : `${date ?? ""} ${time}`;
}

/** A time span of at least 0 ms, with no more digits than mean something: `1.8 ms`, `1.24 s`. */
export function formatSpan(ms: number): string {
  if (ms < 9.95) return `${fixed(ms, 1)} ms`;
  if (ms < 999.5) return `${fixed(ms, 0)} ms`;
  return `${fixed(ms / 1000, ms < 9995 ? 2 : 1)} s`;
}

/** The same for what may be far below a millisecond: `0.18 ms`. */
export function formatFine(ms: number): string {
  return ms < 0.995 ? `${fixed(ms, 2)} ms` : formatSpan(ms);
}

/** Microseconds, as seconds with milliseconds, to stand one below the other: `1,234.567`. */
export function formatSeconds(us: number): string {
  return fixed(us / 1_000_000, 3);
}

/** A size in bytes, exact below 1 KiB: `24 B`, `3.5 KiB`, `64 KiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${formatCount(bytes)} B`;
  const inKib = bytes < 1024 * 1024;
  const size = bytes / (inKib ? 1024 : 1024 * 1024);
  // Cut, never rounded up: 65,535 bytes are not yet 64 KiB.
  return `${formatCount(Math.floor(size * 10) / 10)} ${inKib ? "KiB" : "MiB"}`;
}

/** A number, as the page's language writes it: `1,048,576`. */
export function formatCount(count: number): string {
  return counts().format(count);
}
