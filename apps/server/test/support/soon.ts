/**
 * For `expect.poll`, whose own patience of a second is short where a machine is busy: it is how
 * long a failure takes, not how long a success waits.
 */
export const soon = { timeout: 20_000 } as const;
