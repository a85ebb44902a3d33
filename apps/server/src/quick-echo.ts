import { plainTexts, type DialectName } from "@wsecho/protocol";
import { opcodes, type ReplySocket } from "./reply-socket.ts";
import { echoBegin, echoOffset, submitId } from "./submit-bytes.ts";

/**
 * Answers a text by itself, byte for byte as the machine would have it (see `echoesFrom`), without
 * decoding it.
 *
 * @param lastId the id of the newest submit
 * @returns that id from now on; −1 where nothing was answered and the machine has to be asked
 */
export type QuickEcho = (webSocket: ReplySocket, text: Buffer, lastId: number) => number;

export const empty = Buffer.alloc(0);

export function createQuickEcho(
  dialect: DialectName,
  plainPrefix: string = plainTexts.prefix,
): QuickEcho {
  if (dialect === "v1") return echoSubmit;
  const prefix = Buffer.from(plainPrefix);
  return (webSocket, text, lastId) => {
    webSocket.reply(opcodes.text, prefix, text);
    return lastId;
  };
}

function echoSubmit(webSocket: ReplySocket, text: Buffer, lastId: number): number {
  const id = submitId(text);
  if (id <= lastId) return -1;
  webSocket.reply(opcodes.text, echoBegin, text, echoOffset);
  return id;
}
