import { success } from "../result.ts";
import { utf8Length } from "../text.ts";
import { followsBidiRule } from "./bidi.ts";
import { refuse, type ScramResult } from "./errors.ts";
import { scramLimits } from "./limits.ts";
import { inStringClass } from "./precis.ts";

/*
 * One rule for names and passwords, in every tier and every mechanism, so that `é` typed as one
 * character or as two is the same login.
 *
 * RFC 5802 section 5.1 asks for SASLprep (RFC 4013). That is frozen at Unicode 3.2 and refuses all
 * later scripts and every emoji; PRECIS (RFC 8264) replaced it, and RFC 8265, which obsoletes
 * RFC 7613, defines the profiles used here: UsernameCasePreserved and OpaqueString. Both leave
 * ASCII as it is, so logins interoperate with SASLprep peers there. Elsewhere they may differ:
 * SASLprep applies NFKC and drops soft hyphens.
 *
 * Characters are checked last, after normalization, in the order of RFC 8264 section 7: macOS hands
 * out Hangul decomposed into jamo, which are refused as such but not as the syllables they form.
 * Which code points are assigned is what the running engine's Unicode version says.
 *
 * Both functions are idempotent, so preparing in two places does no harm.
 */

/**
 * Compatibility forms of East Asian width, and the wide space. Not the narrow Hangul letters: what they
 * stand for is a compatibility form itself, and refused as they are.
 */
const wideOrNarrow = /[\u3000\uff01-\uff9f\uffe0-\uffee]/g;

/** What all rules below leave as it is, at a tenth of their cost: visible ASCII, names without a colon. */
const plainName = /^[!-9;-~]{1,255}$/;
const plainPassword = /^[ -~]{1,1024}$/;

/**
 * The name to look up and to send: UsernameCasePreserved (RFC 8265 section 3.4) of one word, with
 * 1 to 255 UTF-8 bytes and no colon. Case counts. Errors: username-…
 */
export function prepareUsername(name: string): ScramResult<string> {
  if (plainName.test(name)) return success(name);
  // No mapping shrinks a text to a quarter; this bounds the work.
  if (name.length > 4 * scramLimits.usernameBytes) return refuse("username-too-long");
  const narrow = name.replaceAll(wideOrNarrow, (wide) => wide.normalize("NFKC"));
  const prepared = narrow.normalize("NFC");
  if (prepared === "") return refuse("username-empty");
  if (utf8Length(prepared) > scramLimits.usernameBytes) return refuse("username-too-long");
  if (prepared.includes(":")) return refuse("username-colon");
  if (!inStringClass(prepared, "identifier")) return refuse("username-character");
  return followsBidiRule(prepared) ? success(prepared) : refuse("username-direction");
}

/**
 * The password to hash: OpaqueString (RFC 8265 section 4.2), with 1 to 1024 UTF-8 bytes. Spaces
 * of any kind become U+0020, none is removed. Errors: password-…
 */
export function preparePassword(password: string): ScramResult<string> {
  if (plainPassword.test(password)) return success(password);
  if (password.length > 4 * scramLimits.passwordBytes) return refuse("password-too-long");
  const prepared = password.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
  if (prepared === "") return refuse("password-empty");
  if (utf8Length(prepared) > scramLimits.passwordBytes) return refuse("password-too-long");
  return inStringClass(prepared, "freeform") ? success(prepared) : refuse("password-character");
}
