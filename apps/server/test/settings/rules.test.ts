import { expect, test } from "vitest";
import { toRuleOptions } from "../../src/settings/rules.ts";
import { resolve } from "../../src/settings/sources.ts";
import { readFlags } from "../../src/settings/flags.ts";

test.each([
  [[], {}, false],
  [["--faults"], {}, true],
  [["--demo"], {}, true],
  [["--demo", "--no-faults"], {}, false],
  [[], { WSECHO_FAULTS: "true" }, true],
  [["--no-faults"], { WSECHO_FAULTS: "true" }, false],
  [["--demo"], { WSECHO_FAULTS: "off" }, false],
])("the fault lab with %j and %j: %j", (args, environment, open) => {
  const flags = readFlags(args);
  if (!flags.ok || flags.value.kind !== "run") throw new Error("wrong flags");
  const resolved = resolve(flags.value.given, environment);
  if (!resolved.ok) throw new Error(resolved.error);
  expect(toRuleOptions(resolved.value.settings).faults).toBe(open);
});
