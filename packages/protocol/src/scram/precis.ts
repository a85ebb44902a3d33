import { isContextAllowed, isContextWhole } from "./precis-context.ts";

/** RFC 8264 section 4: names are made of the first, passwords of the second. */
export type StringClass = "identifier" | "freeform";

type Derived = "valid" | "freeform" | "context" | "disallowed";

// Exceptions of RFC 5892 section 2.6.
const exceptionallyValid = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/;
const exceptionallyDisallowed = /[\u302e\u302f\u0640\u07fa\u3031-\u3035\u303b]/;
const contextual = /[\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9\u200c\u200d]/;

const visibleAscii = /[!-~]/;
const oldHangulJamo = /[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/;

// Functions, here and in the files beside: an engine builds the set of a \p{…} when it comes to the
// expression, over a millisecond for all of them, and a program with a plain name needs none.
const isIgnorable = (character: string): boolean =>
  /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}]/u.test(character);
const isLetterOrDigit = (character: string): boolean =>
  /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u.test(character);
const isOtherVisible = (character: string): boolean =>
  /[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]/u.test(character);

/**
 * The derived property of one code point: the algorithm of RFC 8264 section 8, in its order.
 * Unassigned, private-use and surrogate code points match no category and end up disallowed.
 */
function derive(character: string): Derived {
  if (visibleAscii.test(character) || exceptionallyValid.test(character)) return "valid";
  if (contextual.test(character)) return "context";
  if (exceptionallyDisallowed.test(character) || oldHangulJamo.test(character)) return "disallowed";
  if (isIgnorable(character)) return "disallowed";
  const letter = isLetterOrDigit(character);
  if (!letter && !isOtherVisible(character)) return "disallowed";
  const hasCompatibilityForm = character.normalize("NFKC") !== character;
  return letter && !hasCompatibilityForm ? "valid" : "freeform";
}

/** Whether every character of `text` may stand where it stands. True for the empty text. */
export function inStringClass(text: string, stringClass: StringClass): boolean {
  const characters = Array.from(text);
  const isAllowed = (character: string, at: number): boolean => {
    const derived = derive(character);
    switch (derived) {
      case "valid":
        return true;
      case "freeform":
        return stringClass === "freeform";
      case "context":
        return isContextAllowed(characters, at);
      case "disallowed":
        return false;
    }
  };
  return isContextWhole(text) && characters.every(isAllowed);
}
