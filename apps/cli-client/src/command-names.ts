/** Every command there is. Apart from what they do, for the start needs no more than the name. */
export const commandNames = [
  "connect",
  "send",
  "curl",
  "bench",
  "doctor",
  "inspect",
  "explain",
  "decode",
  "convert",
  "proxy",
  "replay",
  "frame",
  "test",
  "listen",
  "completion",
  "man",
] as const;

export type CommandName = (typeof commandNames)[number];
