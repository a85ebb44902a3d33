import { afterEach, describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatFine,
  formatMoment,
  formatSeconds,
  formatSpan,
  formatTime,
} from "../../src/text/format.ts";
import { setLanguage } from "../../src/words/language.ts";

afterEach(() => setLanguage("en"));

describe.each(["en", "zh-CN"] as const)("formatTime in %s", (language) => {
  it("gives local time in 24 hours with milliseconds", async () => {
    await setLanguage(language);
    expect(formatTime(new Date(2026, 10, 2, 0, 0, 0, 0).getTime())).toBe("00:00:00.000");
    expect(formatTime(new Date(2026, 10, 2, 9, 5, 7, 42).getTime())).toBe("09:05:07.042");
    expect(formatTime(new Date(2026, 10, 2, 23, 59, 59, 999).getTime())).toBe("23:59:59.999");
  });
});

describe("formatMoment", () => {
  const at = new Date(2026, 10, 2, 14, 32, 10).getTime();
  const [sameDay, dayBefore] = [2, 1].map((day) => new Date(2026, 10, day, 0, 5).getTime());
  it.each([
    ["en", "Nov 2, 2026 14:32:10"],
    ["zh-CN", "2026年11月2日 14:32:10"],
  ] as const)("names the day only where it is another one, in %s", async (language, whole) => {
    await setLanguage(language);
    expect(formatMoment(at, sameDay ?? 0)).toBe("14:32:10");
    expect(formatMoment(at, dayBefore ?? 0)).toBe(whole);
  });
});

describe.each(["en", "zh-CN"] as const)("formatSpan in %s", (language) => {
  it.each([
    [0, "0.0 ms"],
    [1.84, "1.8 ms"],
    [9.94, "9.9 ms"],
    [9.96, "10 ms"],
    [123.4, "123 ms"],
    [999.6, "1.00 s"],
    [1240, "1.24 s"],
    [12_340, "12.3 s"],
    [1_234_500, "1,234.5 s"],
  ])("writes %d ms as %s", async (ms, text) => {
    await setLanguage(language);
    expect(formatSpan(ms)).toBe(text);
  });
});

describe.each(["en", "zh-CN"] as const)("formatFine and formatSeconds in %s", (language) => {
  it("write what is far below a millisecond, and seconds with milliseconds", async () => {
    await setLanguage(language);
    expect(formatFine(0.184)).toBe("0.18 ms");
    expect(formatFine(1.84)).toBe("1.8 ms");
    expect(formatSeconds(7000)).toBe("0.007");
    expect(formatSeconds(1_234_567_890)).toBe("1,234.568");
  });
});

describe.each(["en", "zh-CN"] as const)("formatBytes in %s", (language) => {
  it.each([
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1 KiB"],
    [3581, "3.4 KiB"],
    [65_535, "63.9 KiB"],
    [65_536, "64 KiB"],
    [1_048_575, "1,023.9 KiB"],
    [1_048_576, "1 MiB"],
    [1_677_721, "1.5 MiB"],
    [1_677_721_600, "1,600 MiB"],
  ])("writes %d as %s, never rounded up", async (bytes, text) => {
    await setLanguage(language);
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe.each(["en", "zh-CN"] as const)("formatCount in %s", (language) => {
  it("keeps thousands apart", async () => {
    await setLanguage(language);
    expect(formatCount(999)).toBe("999");
    expect(formatCount(1_048_576)).toBe("1,048,576");
  });
});
