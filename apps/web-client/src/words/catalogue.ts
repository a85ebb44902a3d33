import { harmless } from "../text/harmless.ts";
import type { en } from "./en.ts";

/** The texts of one language by their keys. */
export type Texts = Readonly<Record<string, string>>;
/** A catalogue with the keys of the English one. */
export type CatalogueOf<En extends Texts> = Readonly<Record<keyof En, string>>;
export type Catalogue = CatalogueOf<typeof en>;

type Names<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/**
 * What a text wants filled in, read off the English one; nothing where it has no `{name}`. Not numbers:
 * whoever has one says whether it is a count, which the language writes, or a code, which it must not.
 */
type Fill<Words extends string> = [Names<Words>] extends [never]
  ? readonly []
  : readonly [values: Readonly<Record<Names<Words>, string>>];

/** Gives the words for a key in one language. */
export type TranslateOf<En extends Texts> = <K extends keyof En>(
  key: K,
  ...fill: Fill<En[K]>
) => string;
export type Translate = TranslateOf<typeof en>;

/** `En` names the keys: the page's own, unless another part of it brings its own catalogue. */
export function translateFrom<En extends Texts = typeof en>(
  catalogue: CatalogueOf<NoInfer<En>>,
): TranslateOf<En> {
  return (key, ...fill) => {
    const values: Readonly<Record<string, string>> = fill[0] ?? {};
    // One pass, so that a value that holds braces is never filled in itself.
    return catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      harmless(values[name] ?? whole),
    );
  };
}
