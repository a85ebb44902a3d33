import { effect } from "@preact/signals";
import {
  chooseLanguage,
  isLanguage,
  language,
  setLanguage,
  type Language,
} from "../words/language.ts";

const key = "wsecho.language";

/** The language chosen before, or the browser's: all that this page ever keeps is that choice. */
export async function startLanguage(): Promise<void> {
  effect(() => {
    document.documentElement.lang = language.value;
  });
  const kept = readKept();
  await speak(isLanguage(kept) ? kept : chooseLanguage(navigator.languages));
}

/** A person's choice, kept for the next visit. */
export async function switchLanguage(next: Language): Promise<void> {
  try {
    localStorage.setItem(key, next);
  } catch {
    // A browser may forbid storage; the choice then lasts as long as the page.
  }
  await speak(next);
}

async function speak(next: Language): Promise<void> {
  try {
    await setLanguage(next);
  } catch {
    // Its words could not be loaded: the page goes on in the language that it has.
  }
}

function readKept(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
