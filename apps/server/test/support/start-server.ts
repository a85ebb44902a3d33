import { onTestFinished } from "vitest";
import {
  createMemoryUsers,
  createServer,
  type EchoServer,
  type Listening,
  type ServerLimits,
  type ServerOptions,
  type SessionContext,
  type UserStore,
} from "../../src/index.ts";

/** A password that must never turn up anywhere but in a login. */
export const plantedPassword = "p:lanted sécret 4711";

export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface TestServer extends Listening {
  readonly server: EchoServer;
  readonly log: readonly LogEntry[];
}

let users: Promise<UserStore> | undefined;

/** admin / 123456, and ada, whose password has a colon. */
export function testUsers(): Promise<UserStore> {
  return (users ??= createMemoryUsers({ admin: "123456", ada: plantedPassword }, 4096, ["admin"]));
}

export function createLog(entries: LogEntry[]): NonNullable<ServerOptions["log"]> {
  const add =
    (level: LogEntry["level"]) =>
    (fields: object, message: string): void => {
      entries.push({ level, message, fields: { ...fields } });
    };
  return { debug: add("debug"), info: add("info"), warn: add("warn"), error: add("error") };
}

/** Short enough for a test to wait for the end of a shutdown that a peer holds up. */
const quick: Partial<ServerLimits> = { closeTimeoutMs: 300, drainTimeoutMs: 1000 };

/** A server on a free port, stopped when the test ends. */
export async function startServer<Context = SessionContext>(
  options: Partial<ServerOptions<Context>> = {},
): Promise<TestServer> {
  const log: LogEntry[] = [];
  const server = createServer<Context>({
    port: 0,
    ...(options.store === undefined ? { users: await testUsers() } : {}),
    webRoot: null,
    log: createLog(log),
    ...options,
    limits: { ...quick, ...options.limits },
  } as ServerOptions<Context>);
  onTestFinished(() => server.close());
  return { ...(await server.listen()), server, log };
}
