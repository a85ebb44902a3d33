import { effect } from "@preact/signals";
import { chooseLanguage, isLanguage, language } from "../words/language.ts";

const key = "wsecho.language";

/** Starts in the language chosen before, or the browser's, and keeps the choice: all that is kept. */
export function rememberLanguage(): void {
  const stored = read();
  language.value = isLanguage(stored) ? stored : chooseLanguage(navigator.languages);
  let first = true;
  effect(() => {
    document.documentElement.lang = language.value;
    // Only a choice is kept, so that a change of the browser's language shows until there is one.
    if (!first) write(language.value);
    first = false;
  });
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // A browser may forbid storage; the page works without.
    return null;
  }
}

function write(value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}
