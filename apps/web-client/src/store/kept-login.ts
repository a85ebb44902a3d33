import { noDrawer, type Drawer } from "./browser-store.ts";

/** What stays in the browser where somebody wants to stay logged in: never a password. */
export interface KeptLogin {
  readonly url: string;
  readonly username: string;
  /** Of the server, ending by itself, and with any change of the user (PROTOCOL.md L13, L14). */
  readonly token: string;
}

export interface LoginKeeper {
  readonly load: () => KeptLogin | null;
  readonly save: (login: KeptLogin) => void;
  readonly forget: () => void;
}

/** In `drawer`, which only pages of the same origin can read. */
export function createLoginKeeper(drawer: Drawer): LoginKeeper {
  return {
    load: () => {
      const { url, username, token } = (drawer.read() ?? {}) as Partial<KeptLogin>;
      return typeof url === "string" && typeof username === "string" && typeof token === "string"
        ? { url, username, token }
        : null;
    },
    // Where it cannot be kept, the login lasts as long as the page.
    save: (login) => void drawer.write(login),
    forget: drawer.forget,
  };
}

/** Keeps nothing. */
export const forgetful = createLoginKeeper(noDrawer);
