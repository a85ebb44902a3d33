import { SessionError, type FailureReason } from "../../src/index.ts";

// Small assertions that also run in a page, where there is no test runner.

export function same(actual: unknown, expected: unknown, what = "value"): void {
  const [a, e] = [show(actual), show(expected)];
  if (a !== e) throw new Error(`${what}: got ${brief(a)}, expected ${brief(e)}`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** The error that `promise` rejects with, of the kind that is expected. */
export async function fails<K extends FailureReason["kind"]>(
  promise: Promise<unknown>,
  kind: K,
): Promise<SessionError & { readonly reason: Extract<FailureReason, { readonly kind: K }> }> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    same(error.reason.kind, kind, `kind of “${error.message}”`);
    return error as SessionError & {
      readonly reason: Extract<FailureReason, { readonly kind: K }>;
    };
  }
  throw new Error(`nothing failed, expected ${kind}`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item instanceof Uint8Array ? { bytes: [...item] } : item,
  );
}

function brief(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${String(text.length)} characters)` : text;
}
