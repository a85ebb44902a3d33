import type { Screen } from "./screen.ts";

/** Answers both questions and waits for the prompt. */
export async function logIn(screen: Screen, name = "admin", password = "123456"): Promise<void> {
  await screen.shows("user name:");
  screen.type(`${name}\r`);
  await screen.shows("password:");
  screen.type(`${password}\r`);
  await prompted(screen);
}

/** The prompt is there and empty. */
export async function prompted(screen: Screen): Promise<void> {
  await screen.until((rows) => rows.at(-1) === ">");
}

/** The rows that `text` fills on a screen of `columns`. */
export function wrap(text: string, columns: number): readonly string[] {
  const rows = Array.from({ length: Math.ceil(text.length / columns) || 1 }, (_, index) =>
    text.slice(index * columns, (index + 1) * columns).trimEnd(),
  );
  return rows;
}
