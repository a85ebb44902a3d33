import { describe, expect, it } from "vitest";
import { translateFrom } from "../../src/words/catalogue.ts";
import { en } from "../../src/words/en.ts";
import { chooseLanguage, isLanguage } from "../../src/words/language.ts";
import { zhCN } from "../../src/words/zh-cn.ts";

const namesOf = (words: string): readonly string[] =>
  [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe("the catalogues", () => {
  it("have the same keys in the same order", () => {
    expect(Object.keys(zhCN)).toEqual(Object.keys(en));
  });

  it("fill in the same names", () => {
    for (const [key, words] of Object.entries(en))
      expect([key, namesOf(zhCN[key as keyof typeof en])]).toEqual([key, namesOf(words)]);
  });

  it("leave no text empty", () => {
    for (const words of [...Object.values(en), ...Object.values(zhCN)])
      expect(words.trim()).not.toBe("");
  });

  it("are translated: only names of things stay the same", () => {
    const same = Object.entries(en).filter(
      ([key, words]) => zhCN[key as keyof typeof en] === words,
    );
    expect(same.map(([key]) => key)).toEqual([
      "page.title",
      "page.titleWith",
      "login.dialect.v1",
      "login.dialect.plain",
    ]);
  });
});

describe("translateFrom", () => {
  const t = translateFrom(en);

  it("fills in what it is given", () => {
    expect(t("session.user", { user: "ada" })).toBe("as ada");
    expect(t("login.attemptsLeft.other", { count: 3 })).toContain("3 attempts");
  });

  it("does not fill in what a value seems to ask for", () => {
    expect(t("session.user", { user: "{user} $& {count}" })).toBe("as {user} $& {count}");
  });
});

describe("chooseLanguage", () => {
  it.each([
    [["zh-TW", "en"], "zh-CN"],
    [["de", "zh"], "zh-CN"],
    [["en-GB", "zh"], "en"],
    [["de", "fr"], "en"],
    [[], "en"],
  ] as const)("takes the first of %j that it knows", (preferred, language) =>
    expect(chooseLanguage(preferred)).toBe(language),
  );
});

describe("isLanguage", () => {
  it("knows the languages and nothing that an object happens to have", () => {
    expect(["en", "zh-CN", "toString", "", null].filter(isLanguage)).toEqual(["en", "zh-CN"]);
  });
});
