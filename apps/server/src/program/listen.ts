import { failure, success, type Result } from "@wsecho/protocol";

/** Where a listener was to stand. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** The error says what stands in the way, and what to type instead. */
export async function tryToListen<T>(
  listen: () => Promise<T>,
  place: Place,
): Promise<Result<T, string>> {
  try {
    return success(await listen());
  } catch (error) {
    return failure(listenProblem(error, place));
  }
}

function listenProblem(error: unknown, { host, port }: Place): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return (
        `port ${port} on ${host} is in use: another program, perhaps another wsecho-server, ` +
        `listens there.\nStop it, or take another port; --port 0 takes any that is free.`
      );
    case "EACCES":
      return `port ${port} needs more rights than this user has; take one from 1024: --port 5678`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine; leave --host out for 127.0.0.1`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
