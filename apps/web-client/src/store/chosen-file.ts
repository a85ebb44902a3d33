import { signal, type ReadonlySignal } from "@preact/signals";

/** A file whose bytes are to be one binary message. */
export interface ChosenFile {
  readonly name: string;
  readonly data: Uint8Array;
}

export type FileProblem =
  /** `limit` in bytes. */
  | { readonly kind: "tooBig"; readonly name: string; readonly limit: number }
  /** A folder, or what went away meanwhile. */
  | { readonly kind: "unreadable"; readonly name: string }
  | { readonly kind: "several" };

/** The composer's file; chosen, dropped or pasted. */
export interface FileChoice {
  readonly file: ReadonlySignal<ChosenFile | null>;
  readonly problem: ReadonlySignal<FileProblem | null>;
  /** One file; none takes the present one away. Resolves when it was read. */
  readonly choose: (files: readonly File[]) => Promise<void>;
  /** How large a file may be at present, in bytes. */
  readonly room: () => number;
}

/** A page that reads a film into memory is gone; the terminal sends those. All sessions share it. */
export const maxFileBytes = 64 * 1024 * 1024;

export function createFileChoice(room: () => number): FileChoice {
  const file = signal<ChosenFile | null>(null);
  const problem = signal<FileProblem | null>(null);
  let latest = 0;
  const choose = async ([chosen, ...others]: readonly File[]): Promise<void> => {
    const own = ++latest;
    file.value = null;
    problem.value = null;
    if (chosen === undefined) return;
    const { name, size } = chosen;
    const limit = room();
    if (others.length > 0) problem.value = { kind: "several" };
    else if (size > limit) problem.value = { kind: "tooBig", name, limit };
    else {
      const bytes = await chosen.arrayBuffer().catch(() => null);
      // Another one was chosen while this one was read.
      if (own !== latest) return;
      if (bytes === null) problem.value = { kind: "unreadable", name };
      else file.value = { name, data: new Uint8Array(bytes) };
    }
  };
  return { file, problem, choose, room };
}
