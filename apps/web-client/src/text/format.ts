const pad = (value: number, length = 2): string => String(value).padStart(length, "0");

/** Local wall-clock time, 24 hours, with milliseconds: `09:05:07.042`. */
export function formatTime(at: number): string {
  const date = new Date(at);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part));
  return `${clock.join(":")}.${pad(date.getMilliseconds(), 3)}`;
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

/** A count with its thousands apart, the same in every language: `1 048 576`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
