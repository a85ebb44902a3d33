/*
 * The contextual rules of RFC 5892 appendix A, which RFC 8264 takes over: characters that are part
 * of some spellings, and anywhere else only disguise a text.
 *
 * JavaScript has neither Canonical_Combining_Class nor Joining_Type, so the two joiners need the
 * tables below (Unicode 17). The joining types cover U+0620 to U+077F, where Arabic, Persian, Urdu
 * and Syriac are written; in other cursive scripts a joiner is refused unless it follows a virama.
 */

/** Canonical_Combining_Class=Virama. */
const virama = new RegExp(
  "[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a" +
    "\\u0eba\\u0f84\\u1039\\u103a\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2" +
    "\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed\\u{10a3f}\\u{11046}\\u{11070}" +
    "\\u{1107f}\\u{110b9}\\u{11133}\\u{11134}\\u{111c0}\\u{11235}\\u{112ea}\\u{1134d}\\u{11442}" +
    "\\u{114c2}\\u{115bf}\\u{1163f}\\u{116b6}\\u{1172b}\\u{11839}\\u{1193d}\\u{1193e}\\u{119e0}" +
    "\\u{11a34}\\u{11a47}\\u{11a99}\\u{11c3f}\\u{11d44}\\u{11d45}\\u{11d97}]",
  "u",
);

/** Joining_Type=Dual_Joining. */
const joinsBoth = new RegExp(
  "[\\u0620\\u0626\\u0628\\u062a-\\u062e\\u0633-\\u063f\\u0641-\\u0647\\u0649\\u064a\\u066e\\u066f" +
    "\\u0678-\\u0687\\u069a-\\u06bf\\u06c1\\u06c2\\u06cc\\u06ce\\u06d0\\u06d1\\u06fa-\\u06fc\\u06ff" +
    "\\u0712-\\u0714\\u071a-\\u071d\\u071f-\\u0727\\u0729\\u072b\\u072d\\u072e\\u074e-\\u0758" +
    "\\u075c-\\u076a\\u076d-\\u0770\\u0772\\u0775-\\u0777\\u077a-\\u077f]",
);

/** Joining_Type=Right_Joining. */
const joinsRight = new RegExp(
  "[\\u0622-\\u0625\\u0627\\u0629\\u062f-\\u0632\\u0648\\u0671-\\u0673\\u0675-\\u0677\\u0688-\\u0699" +
    "\\u06c0\\u06c3-\\u06cb\\u06cd\\u06cf\\u06d2\\u06d3\\u06d5\\u06ee\\u06ef\\u0710\\u0715-\\u0719" +
    "\\u071e\\u0728\\u072a\\u072c\\u072f\\u074d\\u0759-\\u075b\\u076b\\u076c\\u0771\\u0773\\u0774" +
    "\\u0778\\u0779]",
);

/** Joining_Type=Transparent: what joining letters look through. */
const isTransparent = (character: string): boolean => /[\p{Mn}\p{Me}]/u.test(character);
const isGreek = (character: string): boolean => /\p{Script=Greek}/u.test(character);
const isHebrew = (character: string): boolean => /\p{Script=Hebrew}/u.test(character);
const isJapanese = (text: string): boolean =>
  /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);
const arabicIndicDigit = /[\u0660-\u0669]/;
const extendedArabicIndicDigit = /[\u06f0-\u06f9]/;

/** Whether `text` is as a whole what its contextual characters ask for. */
export function isContextWhole(text: string): boolean {
  // The Katakana middle dot, A.7; the two kinds of Arabic digits never mix, A.8 and A.9.
  const isDotAllowed = !text.includes("\u30fb") || isJapanese(text);
  return isDotAllowed && !(arabicIndicDigit.test(text) && extendedArabicIndicDigit.test(text));
}

/**
 * Whether the contextual character at `at` may stand beside its neighbours. `characters` are code
 * points.
 */
export function isContextAllowed(characters: readonly string[], at: number): boolean {
  const before = characters[at - 1] ?? "";
  const after = characters[at + 1] ?? "";
  switch (characters[at]) {
    case "\u200c": // zero width non-joiner, A.1
      return virama.test(before) || separatesJoining(characters, at);
    case "\u200d": // zero width joiner, A.2
      return virama.test(before);
    case "\u00b7": // middle dot, A.3: the Catalan l·l
      return before === "l" && after === "l";
    case "\u0375": // Greek keraia, A.4
      return isGreek(after);
    case "\u05f3": // Hebrew geresh and gershayim, A.5 and A.6
    case "\u05f4":
      return isHebrew(before);
    default: // Those that ask for something in the whole text.
      return true;
  }
}

function separatesJoining(characters: readonly string[], at: number): boolean {
  let left = at - 1;
  while (isTransparent(characters[left] ?? "")) left -= 1;
  let right = at + 1;
  while (isTransparent(characters[right] ?? "")) right += 1;
  const following = characters[right] ?? "";
  return (
    joinsBoth.test(characters[left] ?? "") &&
    (joinsBoth.test(following) || joinsRight.test(following))
  );
}
