/*
 * The Bidi Rule (RFC 5893 section 2), which keeps a name from being drawn in another order than it
 * is stored. JavaScript has no Bidi_Class property, so the classes are read from the blocks that
 * Unicode reserves for right-to-left scripts and from the general category; for the characters that
 * user names may have, that is the same but for thirty spacing modifiers and signs (U+02C6 and its
 * like), which count as letters here and so are refused inside right-to-left names.
 */

type BidiClass = "left" | "right" | "european" | "arabic" | "mark" | "neutral";

const european = /[0-9\u06f0-\u06f9]/;
const arabic = /[\u0660-\u0669\u{10d30}-\u{10d39}]/u;
const rightBlock =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const isMark = (character: string): boolean => /[\p{Mn}\p{Me}]/u.test(character);
const isLetter = (character: string): boolean => /[\p{L}\p{N}\p{Mc}]/u.test(character);

function bidiClass(character: string): BidiClass {
  if (isMark(character)) return "mark";
  if (european.test(character)) return "european";
  if (arabic.test(character)) return "arabic";
  if (!isLetter(character)) return "neutral";
  return rightBlock.test(character) ? "right" : "left";
}

/** True for every text without right-to-left characters; such text cannot be misread. */
export function followsBidiRule(text: string): boolean {
  const classes = Array.from(text, bidiClass);
  if (!classes.includes("right") && !classes.includes("arabic")) return true;
  // It holds right-to-left text, so it has to be right-to-left as a whole: it starts so (rule 1),
  // has nothing left-to-right (2), ends so or in a number (3), with one kind of digits (4).
  const last = classes.findLast((kind) => kind !== "mark");
  return (
    classes[0] === "right" &&
    !classes.includes("left") &&
    last !== "neutral" &&
    !(classes.includes("european") && classes.includes("arabic"))
  );
}
