import type { Drawer } from "../../src/store/browser-store.ts";

/** One that keeps in memory what a browser would keep as text, which can be looked at. */
export function createDrawer(kept: unknown = null): Drawer & { readonly text: () => string } {
  let text = JSON.stringify(kept);
  return {
    read: () => JSON.parse(text) as unknown,
    write: (value) => {
      text = JSON.stringify(value);
      return true;
    },
    forget: () => {
      text = "null";
    },
    watch: () => undefined,
    text: () => text,
  };
}
