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

const key = "wsecho.login";

/** In `storage`, which only pages of the same origin can read. A browser may forbid it. */
export function createLoginKeeper(storage: () => Storage): LoginKeeper {
  return {
    load: () => {
      try {
        return read(storage().getItem(key));
      } catch {
        return null;
      }
    },
    save: (login) => {
      try {
        storage().setItem(key, JSON.stringify(login));
      } catch {
        // Then the login lasts as long as the page.
      }
    },
    forget: () => {
      try {
        storage().removeItem(key);
      } catch {
        // Where nothing can be stored nothing has to go.
      }
    },
  };
}

/** Keeps nothing. */
export const forgetful: LoginKeeper = {
  load: () => null,
  save: () => undefined,
  forget: () => undefined,
};

function read(text: string | null): KeptLogin | null {
  const kept = JSON.parse(text ?? "null") as Partial<KeptLogin> | null;
  const { url, username, token } = kept ?? {};
  return typeof url === "string" && typeof username === "string" && typeof token === "string"
    ? { url, username, token }
    : null;
}
