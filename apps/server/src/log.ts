/** Where the server reports facts: a pino logger fits. No payload and no secret ever gets here. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = (): void => undefined;

export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Adds the same fields to every entry. */
export function withFields(log: Log, fields: object): Log {
  return log instanceof FieldLog ? log.with(fields) : new FieldLog(log, fields);
}

/** A class, for every connection has one: four functions of its own would take ten times as much. */
class FieldLog implements Log {
  readonly #log: Log;
  readonly #fields: object;

  constructor(log: Log, fields: object) {
    this.#log = log;
    this.#fields = fields;
  }

  with(fields: object): Log {
    return new FieldLog(this.#log, { ...this.#fields, ...fields });
  }

  debug(more: object, message: string): void {
    this.#log.debug({ ...this.#fields, ...more }, message);
  }

  info(more: object, message: string): void {
    this.#log.info({ ...this.#fields, ...more }, message);
  }

  warn(more: object, message: string): void {
    this.#log.warn({ ...this.#fields, ...more }, message);
  }

  error(more: object, message: string): void {
    this.#log.error({ ...this.#fields, ...more }, message);
  }
}

/** Controls, invisible and direction-changing characters, lone surrogates, line separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Printable as it is, and nearly always all there is. */
const ascii = /^[ -~]*$/;

/** A peer's text as it may stand in a log or on a terminal: nothing in it acts, and it is short. */
export function printable(text: string, maxLength = 100): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  if (ascii.test(cut)) return cut;
  return cut.replaceAll(
    unprintable,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
