const usPerDay = 86_400_000_000;

/**
 * A point in time as ISO 8601 with microseconds, in UTC.
 *
 * @param time microseconds since 1970; a number holds them exactly until the year 2255
 */
export function formatTime(time: number): string {
  const days = Math.floor(time / usPerDay);
  const us = Math.floor(time - days * usPerDay);
  const [year, month, day] = civil(days);
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const clock = [us / 3_600_000_000, (us / 60_000_000) % 60, (us / 1_000_000) % 60];
  return (
    `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T` +
    `${clock.map((part) => pad(Math.floor(part), 2)).join(":")}.${pad(us % 1_000_000, 6)}Z`
  );
}

const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/;

/** Microseconds since 1970 of an ISO 8601 text with time zone; `undefined` for anything else. */
export function parseTime(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const days = daysOf(year ?? 0, month ?? 0, day ?? 0);
  const seconds = (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0);
  const fraction = Number((match[7] ?? "0").padEnd(6, "0").slice(0, 6));
  return days * usPerDay + (seconds - zoneSeconds(match[8] ?? "Z")) * 1_000_000 + fraction;
}

function zoneSeconds(zone: string): number {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  return (zone.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/*
 * The Gregorian calendar, counted in years that begin in March: so the leap day is the last one.
 * Not `Date`: it knows no microseconds, and this package is kept from reading the clock.
 */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  );
}

function civil(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const part = Math.floor((5 * ofYear + 2) / 153);
  const month = part < 10 ? part + 3 : part - 9;
  const day = ofYear - Math.floor((153 * part + 2) / 5) + 1;
  return [year + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
