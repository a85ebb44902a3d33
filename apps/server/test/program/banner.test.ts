import { expect, test } from "vitest";
import { banner } from "../../src/program/banner.ts";
import { resolveSettings } from "../../src/settings/sources.ts";

test("sends nobody to a page that has not been built", () => {
  const settings = resolveSettings(new Map([["demo", "true"]]), {});
  if (!settings.ok) throw new Error(settings.error);
  const said = (hasPage: boolean): string | undefined =>
    banner(
      settings.value,
      { url: "ws://127.0.0.1:1", httpUrl: "http://127.0.0.1:1", port: 1, hasPage },
      null,
    )[0];
  expect(said(true)).toBe("page: http://127.0.0.1:1/");
  expect(said(false)).toMatch(/^page: not built; pnpm build /);
});
