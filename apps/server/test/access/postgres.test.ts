import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { afterAll, beforeAll, describe } from "vitest";
import { createDatabase } from "../store/postgres-database.ts";
import { testAccess } from "./contract.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(() => postgres.stop());

describe("PostgreSQL", () => testAccess(() => createDatabase(postgres)));
