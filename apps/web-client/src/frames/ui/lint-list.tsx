import type { JSX } from "preact";
import type { Lint } from "@wsecho/wire";
import { Icon } from "../../ui/icons.tsx";
import { language } from "../../words/language.ts";
import { lintWords } from "../describe.ts";
import { ft } from "../words.ts";

/** Which rules are broken, in words, and where they stand. */
export function LintList({ lint }: { readonly lint: readonly Lint[] }): JSX.Element {
  if (lint.length === 0)
    return (
      <p class="lint-clean">
        <Icon name="check" />
        {ft("lint.clean")}
      </p>
    );
  return (
    <section class="inspector-part" aria-label={ft("lint.title")}>
      <ul class="lint-list">
        {lint.map((one) => {
          const { words, english } = lintWords(one, language.value);
          return (
            <li key={one.rule} class={one.level}>
              <Icon name="warning" />
              <span>
                <strong>{ft(`lint.${one.level}`)}: </strong>
                {words}
                {english !== "" && (
                  <>
                    {words !== "" && " · "}
                    <span lang="en">{english}</span>
                  </>
                )}
                <span class="rfc"> {one.rfc}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
