import { describe, expect, it } from "vitest";
import { en as faultsEn } from "../../src/faults/words/en.ts";
import { zhCN as faultsZhCN } from "../../src/faults/words/zh-cn.ts";
import { en as framesEn } from "../../src/frames/words/en.ts";
import { zhCN as framesZhCN } from "../../src/frames/words/zh-cn.ts";
import { translateFrom } from "../../src/words/catalogue.ts";
import { en as dialogsEn } from "../../src/words/dialogs/en.ts";
import { zhCN as dialogsZhCN } from "../../src/words/dialogs/zh-cn.ts";
import { en } from "../../src/words/en.ts";
import { chooseLanguage, isLanguage } from "../../src/words/language.ts";
import { zhCN } from "../../src/words/zh-cn.ts";

const namesOf = (words: string): readonly string[] =>
  [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe.each([
  [
    "of the page",
    en,
    zhCN,
    [
      ...["page.title", "page.titleWith"],
      ...["login.dialect.v1", "login.dialect.plain", "login.dialect.raw"],
      ...["filter.type.json", "entry.showAs.base64"],
      ...["entry.showAs.msgpack", "entry.showAs.cbor", "entry.showAs.protobuf"],
      ...["composer.mode.json", "composer.mode.base64"],
    ],
  ],
  ["of the dialogs", dialogsEn, dialogsZhCN, ["files.jsonl", "files.har"]],
  ["of the Frames view", framesEn, framesZhCN, []],
  ["of the fault lab", faultsEn, faultsZhCN, []],
] as const)("the catalogues %s", (_whose, english, chinese, sameKeys) => {
  const inChinese: Readonly<Record<string, string>> = chinese;

  it("have the same keys in the same order", () => {
    expect(Object.keys(chinese)).toEqual(Object.keys(english));
  });

  it("fill in the same names", () => {
    for (const [key, words] of Object.entries(english))
      expect([key, namesOf(inChinese[key] ?? "")]).toEqual([key, namesOf(words)]);
  });

  it("leave no text empty", () => {
    for (const words of [...Object.values(english), ...Object.values(chinese)])
      expect(words.trim()).not.toBe("");
  });

  it("are translated: only names of things stay the same", () => {
    const same = Object.entries(english).filter(([key, words]) => inChinese[key] === words);
    expect(same.map(([key]) => key)).toEqual(sameKeys);
  });
});

describe("translateFrom", () => {
  const t = translateFrom(en);

  it("fills in what it is given", () => {
    expect(t("session.user", { user: "ada" })).toBe("as ada");
    expect(t("login.attemptsLeft.other", { count: "3" })).toContain("3 attempts");
  });

  it("does not fill in what a value seems to ask for", () => {
    expect(t("session.user", { user: "{user} $& {count}" })).toBe("as {user} $& {count}");
  });

  it("names what would turn our words around: a user's name may be a server's idea", () => {
    expect(t("entry.loggedInAs", { user: "\u202eadmin" })).toBe("Logged in as <U+202E>admin");
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
