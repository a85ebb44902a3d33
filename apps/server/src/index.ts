export { createServer, type EchoServer, type ServerOptions } from "./listen.ts";
export { createMemoryUsers, demoUsers, type User, type UserStore, type Verifier } from "./users.ts";
