import { createDecoder, createRedactor, formatTime } from "@wsecho/wire";
import type { Heads } from "./heads.ts";

/** A handshake that was over before anybody watched, without its secrets; times as in the records. */
export interface ShownHeads {
  readonly asked: string;
  readonly answered: string;
  readonly request: string;
  readonly answer: string;
}

/** As the feed may show them. */
export function toShownHeads({ request, answer, asked, answered }: Heads): ShownHeads {
  const redactor = createRedactor();
  const heads = { c2s: "", s2c: "" };
  const decoder = createDecoder({
    emit: (seen) => {
      for (const shown of redactor.push(seen))
        if (shown.k === "handshake") heads[shown.dir] = shown.head;
    },
  });
  decoder.push("c2s", Buffer.from(request, "latin1"), asked);
  decoder.push("s2c", Buffer.from(answer, "latin1"), answered);
  const times = { asked: formatTime(asked), answered: formatTime(answered) };
  return { ...times, request: heads.c2s, answer: heads.s2c };
}
