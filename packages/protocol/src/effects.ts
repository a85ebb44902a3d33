/** Says `message` in the session's dialect. */
export function send<Message>(message: Message): {
  readonly type: "send";
  readonly message: Message;
} {
  return { type: "send", message };
}

/** Starts the timer, or starts it anew. */
export function startTimer<Name extends string>(
  name: Name,
  ms: number,
): { readonly type: "startTimer"; readonly name: Name; readonly ms: number } {
  return { type: "startTimer", name, ms };
}

/** Starts the timer with the time that the limits grant it. */
export function startDeadline<Name extends string>(
  name: Name,
  {
    options,
  }: { readonly options: { readonly limits: Readonly<Record<`${Name}TimeoutMs`, number>> } },
): { readonly type: "startTimer"; readonly name: Name; readonly ms: number } {
  return startTimer(name, options.limits[`${name}TimeoutMs`]);
}

/** Stops the timers that ran `before` a step and have nothing to wait for `after` it. */
export function stopTimers<Name extends string>(
  before: readonly Name[],
  after: readonly Name[],
): readonly { readonly type: "stopTimer"; readonly name: Name }[] {
  return before
    .filter((name) => !after.includes(name))
    .map((name) => ({ type: "stopTimer", name }));
}
