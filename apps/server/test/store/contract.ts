import { describe } from "vitest";
import { testChanges } from "./contract-changes.ts";
import { testFailures } from "./contract-failures.ts";
import { testOpening } from "./contract-opening.ts";
import { testSessions } from "./contract-sessions.ts";
import { testUsers } from "./contract-users.ts";
import type { MakeDatabase } from "./support.ts";

/** What both databases promise alike. */
export function testStore(make: MakeDatabase): void {
  describe("users", () => testUsers(make));
  describe("failures", () => testFailures(make));
  describe("sessions", () => testSessions(make));
  describe("changes", () => testChanges(make));
  describe("opening", () => testOpening(make));
}
