import { bashCompletion } from "../reference/bash.ts";
import { fishCompletion } from "../reference/fish.ts";
import { manualPage, type ManualParts } from "../reference/manual.ts";
import { modelOf } from "../reference/model.ts";
import type { Reference } from "../reference/options.ts";
import { zshCompletion } from "../reference/zsh.ts";

const completions = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** What `completion` and `man` print. */
export function referenceText(reference: Reference, parts: ManualParts): string {
  const model = modelOf(reference.program, "connect");
  return reference.kind === "manual"
    ? manualPage(model, parts)
    : completions[reference.shell](model);
}
