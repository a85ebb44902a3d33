import { expect, test } from "vitest";
import { failureKeys, networkOf } from "../../src/store/failure-keys.ts";

const secret = new Uint8Array(32);

test("takes the part of an address that one customer cannot change", () => {
  const networks = [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:C000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:0DB8:0000:0000:ffff:ffff:ffff:ffff", "2001:db8:0:0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::", "2001:db8:1:2"],
    ["1::2:3:4:5:6:7", "1:0:2:3"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::192.0.2.1", "0:0:0:0"],
    ["", ""],
    ["unknown", "unknown"],
  ] as const;
  for (const [address, network] of networks) expect(networkOf(address)).toBe(network);
});

test("makes keys of one size, which depend on the secret", () => {
  const attempt = { user: "x".repeat(10_000), address: "192.0.2.1" };
  const keys = failureKeys(secret, attempt);
  expect(keys.user).toMatch(/^[\w-]{43}$/);
  expect(keys.address).toMatch(/^[\w-]{43}$/);
  expect(failureKeys(secret, attempt)).toEqual(keys);
  expect(failureKeys(new Uint8Array(32).fill(1), attempt)).not.toEqual(keys);
  // A name that looks like an address is another thing.
  const twins = failureKeys(secret, { user: "192.0.2.1", address: "192.0.2.1" });
  expect(twins.user).not.toBe(twins.address);
});
