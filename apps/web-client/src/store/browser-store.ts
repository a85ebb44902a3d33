/** A drawer of the browser's storage that may be locked: a browser may forbid it, or have no room. */
export interface Drawer {
  readonly read: () => unknown;
  /** `false` where it could not be kept. */
  readonly write: (value: unknown) => boolean;
  readonly forget: () => void;
  /** Tells of each change by another tab. */
  readonly watch: (changed: () => void) => void;
}

/** What `storage` holds under `key`, as JSON. */
export function openDrawer(storage: () => Storage, key: string): Drawer {
  return {
    read: () => {
      try {
        return JSON.parse(storage().getItem(key) ?? "null") as unknown;
      } catch {
        return null;
      }
    },
    write: (value) => {
      try {
        storage().setItem(key, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    forget: () => {
      try {
        storage().removeItem(key);
      } catch {
        // Where nothing can be stored nothing has to go.
      }
    },
    watch: (changed) => {
      addEventListener("storage", (event) => {
        if (event.key === key) changed();
      });
    },
  };
}

/** Keeps nothing. */
export const noDrawer: Drawer = {
  ...{ read: () => null, write: () => false },
  ...{ forget: () => undefined, watch: () => undefined },
};
