import { describe, expect, it } from "vitest";
import type { KeptLogin, LoginKeeper } from "../../src/store/kept-login.ts";
import { createStays } from "../../src/store/stay.ts";

const login = (username: string): KeptLogin => ({ url: "ws://h/", username, token: "t" });

const createKeeper = (kept: KeptLogin | null = null): LoginKeeper => ({
  load: () => kept,
  save: (next) => {
    kept = next;
  },
  forget: () => {
    kept = null;
  },
});

describe("the login that stays", () => {
  it("is that of the session which asked for it last, and no other takes it away", () => {
    const stayOf = createStays(createKeeper());
    const [ada, bob] = [stayOf(), stayOf()];
    ada.save(login("ada"));
    bob.save(login("bob"));
    expect([ada.held.value, bob.held.value]).toEqual([false, true]);
    ada.forget();
    expect(ada.kept()).toBeNull();
    expect(bob.kept()?.username).toBe("bob");
    bob.forget();
    expect(bob.kept()).toBeNull();
  });

  it("is taken over from an earlier visit once, or forgotten where nobody wanted it", () => {
    const keeper = createKeeper(login("ada"));
    const stayOf = createStays(keeper);
    expect(stayOf().resume()?.username).toBe("ada");
    expect(stayOf().resume()).toBeNull();
    createStays(keeper)().forget();
    expect(keeper.load()).toBeNull();
  });
});
