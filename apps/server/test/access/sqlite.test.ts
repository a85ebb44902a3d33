import { describe } from "vitest";
import { makeSqlite } from "../store/sqlite-database.ts";
import { testAccess } from "./contract.ts";

describe("SQLite", () => testAccess(makeSqlite));
