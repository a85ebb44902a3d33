import { SessionError, type Session } from "@wsecho/client";
import { createJsonlReader, type WireRecord } from "@wsecho/wire";
import { sanitizeLine } from "../terminal/sanitize.ts";
import type { Approach } from "./approach.ts";

/** Which connections of a server are watched. */
export type Scope = "own" | "all" | { readonly session: string };

/** Shows what a server sees of its connections (`ws /inspect`), until the session ends. */
export function watchFeed(scope: Scope): Required<Pick<Approach, "use" | "onReady">> {
  // After a reconnect the server has forgotten what was asked of it.
  let again = (): void => undefined;
  return {
    onReady: () => again(),
    async use({ session, inspector, problem, leave }) {
      let granted = false;
      const ask = async (): Promise<void> => {
        granted = false;
        const refusal = await refusalOf(session, scope);
        granted = refusal === null;
        if (granted) return;
        problem(`The server does not show that: ${refusal}.`);
        leave("usage");
      };
      again = () => void ask();
      const decoder = new TextDecoder();
      const reader = createJsonlReader({
        emit: onlyOf(scope, () => granted, inspector.take),
        problem: ({ says }) => problem(`A record of the feed could not be read: ${says}.`),
      });
      // Whoever is watched does not wait for us: the server leaves out what we are too slow for.
      const reading = (async (): Promise<void> => {
        for await (const message of session) {
          if (message.kind !== "binary") continue;
          reader.push(decoder.decode(message.data, { stream: true }));
          await inspector.ready();
        }
      })();
      await ask();
      await reading.catch((error: unknown) => {
        if (!(error instanceof SessionError)) throw error;
      });
      reader.end();
    },
  };
}

/** Until the server was asked, and while that is on its way, it shows all that are the user's own. */
function onlyOf(
  scope: Scope,
  granted: () => boolean,
  take: (record: WireRecord) => void,
): (record: WireRecord) => void {
  if (typeof scope === "string") return take;
  const sessions = new Map<number, string>();
  return (record) => {
    const { conn } = record;
    if ("session" in record) sessions.set(conn, record.session);
    const known = sessions.get(conn);
    if (record.k === "close") sessions.delete(conn);
    if (conn === 0 || (known === undefined ? granted() : known === scope.session)) take(record);
  };
}

/** Why the server does not; `null` where it does, or the session ended, which is told elsewhere. */
async function refusalOf(session: Session, scope: Scope): Promise<string | null> {
  try {
    const answer: unknown = JSON.parse(await session.ask(JSON.stringify({ watch: scope })));
    if (typeof answer !== "object" || answer === null || !("error" in answer)) return null;
    return sanitizeLine(String(answer.error)).replace(/\.$/, "");
  } catch (error) {
    if (error instanceof SessionError) return null;
    if (error instanceof SyntaxError) return "its answer is not JSON; it may be no wsecho server";
    throw error;
  }
}
