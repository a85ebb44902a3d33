import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { afterAll, beforeAll, describe } from "vitest";
import { testStore } from "./contract.ts";
import { createDatabase } from "./postgres-database.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(() => postgres.stop());

describe("PostgreSQL", () => testStore(() => createDatabase(postgres)));
