/** The tab of a session, for what it labels. */
export const tabId = (session: number): string => `session-tab-${session}`;

export const panelId = "session-panel";

interface Panel {
  readonly id: string;
  readonly role: "tabpanel";
  readonly "aria-labelledby": string;
}

/** What makes an element the panel of a session's tab. */
export function panelOf(session: number): Panel {
  return { id: panelId, role: "tabpanel", "aria-labelledby": tabId(session) };
}
