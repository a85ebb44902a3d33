export type { MessageHandler, Message, SessionContext } from "./handler.ts";
export { defaultServerLimits, type ServerLimits } from "./limits.ts";
export type { Log } from "./log.ts";
export type { EchoServer, Listening, ServerOptions } from "./options.ts";
export { createServer } from "./server.ts";
export { createMemoryUsers, demoUsers, type User, type UserStore } from "./users.ts";
