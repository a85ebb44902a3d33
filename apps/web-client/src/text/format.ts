import { language, languages, type Language } from "../words/language.ts";

/** Made once for each language: making one costs more than a thousand uses of it. */
function perLanguage<Format>(make: (language: Language) => Format): () => Format {
  const made = Object.fromEntries(
    Object.keys(languages).map((name) => [name, make(name as Language)]),
  );
  return () => made[language.value] as Format;
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
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`;
}

/** The same for what may be far below a millisecond: `0.18 ms`. */
export function formatFine(ms: number): string {
  return ms < 0.995 ? `${ms.toFixed(2)} ms` : formatSpan(ms);
}

/** A size in bytes, exact below 1 KiB: `24 B`, `3.5 KiB`, `64 KiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const inKib = bytes < 1024 * 1024;
  const size = bytes / (inKib ? 1024 : 1024 * 1024);
  // Cut, never rounded up: 65,535 bytes are not yet 64 KiB.
  return `${(Math.floor(size * 10) / 10).toString()} ${inKib ? "KiB" : "MiB"}`;
}

/** A count, as the page's language writes it: `1,048,576`. */
export function formatCount(count: number): string {
  return counts().format(count);
}
