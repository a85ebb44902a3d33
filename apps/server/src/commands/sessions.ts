import type { SessionRecord } from "../store/store.ts";
import { CommandError, type CommandContext } from "./context.ts";
import { formatTable, formatTime, isoTime } from "./table.ts";

export async function listSessions(
  { store, print, say }: CommandContext,
  { json, all }: { readonly json: boolean; readonly all: boolean },
): Promise<void> {
  const sessions = await store.sessions.list({ live: !all });
  if (json) print(`${JSON.stringify(sessions.map(toJson), null, 2)}\n`);
  else if (sessions.length === 0) say(all ? "nobody was here" : "nobody is here; before: --all");
  else {
    const heading = ["ID", "USER", "FROM", "MECHANISM", "DIALECT", "STATE", "START", "END", "WHY"];
    print(formatTable(heading, sessions.map(toRow)));
  }
}

export async function closeSession({ store, say }: CommandContext, id: string): Promise<void> {
  if (!(await store.sessions.requestClose(id)))
    throw new CommandError("no such session goes on; those that do: wsecho-server sessions list");
  say(`asked the session's server to close it with 4403`);
}

function toJson({ startedAt, endedAt, ...session }: SessionRecord): object {
  return { ...session, startedAt: isoTime(startedAt), endedAt: isoTime(endedAt) };
}

function toRow(session: SessionRecord): string[] {
  const { id, user, address, mechanism, dialect, state, closeCode, closeReason } = session;
  const why = closeCode === null ? "-" : `${closeCode} ${closeReason ?? ""}`.trim();
  return [
    id,
    user,
    address,
    mechanism,
    dialect,
    state,
    formatTime(session.startedAt),
    formatTime(session.endedAt),
    why,
  ];
}
