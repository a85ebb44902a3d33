export { launchBrowser } from "./browser.ts";
export { startPostgres, type Postgres } from "./postgres.ts";
