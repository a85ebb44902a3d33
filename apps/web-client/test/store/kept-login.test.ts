import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLoginKeeper } from "../../src/store/kept-login.ts";
import { createDrawer } from "../support/drawer.ts";

const login = { url: "ws://h/", username: "ada", token: "t" };

describe("the login that is kept", () => {
  it("comes back as it was, until it is forgotten", () => {
    const keeper = createLoginKeeper(createDrawer());
    expect(keeper.load()).toBeNull();
    keeper.save(login);
    expect(keeper.load()).toEqual(login);
    keeper.forget();
    expect(keeper.load()).toBeNull();
  });

  it("is none where the storage holds something else", () => {
    const parts = fc.record(
      { url: fc.jsonValue(), username: fc.jsonValue(), token: fc.integer() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), parts), (kept) => {
        expect(createLoginKeeper(createDrawer(kept)).load()).toBeNull();
      }),
    );
  });
});
