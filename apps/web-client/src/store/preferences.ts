import { effect, signal, type ReadonlySignal } from "@preact/signals";
import {
  chooseLanguage,
  isLanguage,
  language,
  setLanguage,
  type Language,
} from "../words/language.ts";

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
export { themes };

const languageKey = "wsecho.language";
const themeKey = "wsecho.theme";
const keysKey = "wsecho.singleKeys";

const roomKey = "wsecho.room";

/** How many entries a transcript may be told to keep, the default first. */
export const rooms = [100_000, 10_000] as const;
export type Room = (typeof rooms)[number];

const chosenRoom = signal<Room>(rooms[0]);
const chosenTheme = signal<Theme>("system");
const keysOn = signal(true);

export const transcriptRoom: ReadonlySignal<Room> = chosenRoom;
export const theme: ReadonlySignal<Theme> = chosenTheme;
/** Whether single keys do something: who dictates by voice may have to switch them off (WCAG 2.1.4). */
export const singleKeys: ReadonlySignal<boolean> = keysOn;

/** What was chosen before, or the browser's language and the system's theme. */
export async function startPreferences(): Promise<void> {
  effect(() => {
    document.documentElement.lang = language.value;
  });
  effect(() => {
    document.documentElement.dataset["theme"] = chosenTheme.value;
  });
  chosenTheme.value = themes.find((name) => name === read(themeKey)) ?? "system";
  keysOn.value = read(keysKey) !== "off";
  chosenRoom.value = rooms.find((count) => String(count) === read(roomKey)) ?? rooms[0];
  const kept = read(languageKey);
  await speak(isLanguage(kept) ? kept : chooseLanguage(navigator.languages));
}

/** A person's choice, kept for the next visit; so are those below. */
export async function switchLanguage(next: Language): Promise<void> {
  keep(languageKey, next);
  await speak(next);
}

export function switchTheme(next: Theme): void {
  keep(themeKey, next);
  chosenTheme.value = next;
}

export function switchRoom(next: Room): void {
  keep(roomKey, String(next));
  chosenRoom.value = next;
}

export function switchSingleKeys(on: boolean): void {
  keep(keysKey, on ? "on" : "off");
  keysOn.value = on;
}

/** Lets go of all that this page ever kept in this browser. */
export function forgetStored(): void {
  for (const storage of [() => localStorage, () => sessionStorage]) {
    try {
      const drawer = storage();
      for (const key of Object.keys(drawer)) if (key.startsWith("wsecho.")) drawer.removeItem(key);
    } catch {
      // Where nothing can be stored nothing has to go.
    }
  }
}

async function speak(next: Language): Promise<void> {
  try {
    await setLanguage(next);
  } catch {
    // Its words could not be loaded: the page goes on in the language that it has.
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser may forbid storage; the choice then lasts as long as the page.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
