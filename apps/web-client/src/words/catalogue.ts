import type { en } from "./en.ts";

export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, string>>;

type Names<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** What a text wants filled in, read off the English one; nothing where it has no `{name}`. */
export type Fill<K extends Key> = [Names<(typeof en)[K]>] extends [never]
  ? readonly []
  : readonly [values: Readonly<Record<Names<(typeof en)[K]>, string | number>>];

/** Gives the words for a key in one language. */
export type Translate = <K extends Key>(key: K, ...fill: Fill<K>) => string;

export function translateFrom(catalogue: Catalogue): Translate {
  return (key, ...fill) => {
    const values: Readonly<Record<string, string | number>> = fill[0] ?? {};
    // One pass, so that a value that holds braces is never filled in itself.
    return catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );
  };
}
