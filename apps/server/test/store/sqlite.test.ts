import { describe } from "vitest";
import { testStore } from "./contract.ts";
import { makeSqlite } from "./sqlite-database.ts";

describe("SQLite", () => testStore(makeSqlite));
