import { captureNote } from "@wsecho/wire";
import type { Handle } from "./handler.ts";
import { parseInspectCommand, type InspectCommand } from "./inspect-commands.ts";
import type { Log } from "./log.ts";
import type { ReplySocket } from "./reply-socket.ts";
import { logStoreFailure } from "./store-failure.ts";
import { toLine } from "./tap/line.ts";
import type { Scope } from "./tap/messages.ts";
import { now } from "./tap/tape.ts";
import type { Tap } from "./tap/tap.ts";
import type { Role } from "./users.ts";

export interface InspectParts {
  readonly tap: Tap;
  readonly webSocket: ReplySocket;
  /** Who watches. */
  readonly user: string;
  /** The user's role now. Rejects where the store does. */
  readonly roleOf: (user: string) => Promise<Role>;
  readonly log: Log;
}

const notAdmin = "this needs the role admin; an operator can give it: wsecho-server users role";

/** Sends the wire feed to one watcher, until its connection closes, and answers its commands. */
export function startInspect({ tap, webSocket, user, roleOf, log }: InspectParts): Handle {
  let target: NonNullable<InspectCommand["watch"]> = "own";
  let paused = false;
  const watch = tap.watch({
    scope: { kind: "user", user },
    onLines: send,
    onFailed: () => webSocket.close(1011, "internal error"),
  });
  webSocket.once("close", () => watch.stop());
  send(Buffer.from(toLine(captureNote(now(), false))));
  log.info({ user, watch: target }, "watching");

  function send(bytes: Uint8Array, sent?: () => void): void {
    // What was said before comes before, above all the "ok".
    webSocket.flush();
    webSocket.send(bytes, { binary: true }, sent);
  }

  async function obey(command: InspectCommand): Promise<object> {
    if (command.watch !== undefined) {
      const isAdmin = command.watch !== "own" && (await roleOf(user)) === "admin";
      if (command.watch === "all" && !isAdmin) return { error: notAdmin };
      target = command.watch;
      watch.setScope(scopeOf(target, isAdmin ? null : user, user));
      log.info({ user, watch: target }, "watching");
    }
    if (command.pause !== undefined) {
      paused = command.pause;
      watch.pause(paused);
    }
    return { watch: target, user, paused };
  }

  async function answer(text: string): Promise<object> {
    const command = parseInspectCommand(text);
    if (!command.ok) return { error: command.error };
    try {
      return await obey(command.value);
    } catch (error) {
      logStoreFailure(log, error);
      return { error: "the role cannot be looked up at the moment; try again later" };
    }
  }

  return (submission, reply) => {
    // A batch of no records: whatever it was meant for, it is answered in its place.
    if (submission.kind === "binary") reply({ kind: "binary", data: new Uint8Array() });
    else
      void answer(submission.text).then((said) =>
        reply({ kind: "text", text: JSON.stringify(said) }),
      );
  };
}

/** @param of `null`: whosever the session is */
function scopeOf(
  target: NonNullable<InspectCommand["watch"]>,
  of: string | null,
  user: string,
): Scope {
  if (target === "all") return { kind: "all" };
  if (target === "own") return { kind: "user", user };
  return { kind: "session", session: target.session, user: of };
}
