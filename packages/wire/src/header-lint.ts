import type { DeflateSide } from "./extensions.ts";
import { opcodes, type FrameHeader } from "./frame.ts";
import { lint, type Lint } from "./lint.ts";
import type { Direction } from "./records.ts";

/** What is wrong with a frame's header, where it stands (RFC 6455 section 5). */
export function lintHeader(
  header: FrameHeader,
  side: {
    readonly dir: Direction;
    readonly deflate: DeflateSide | null | undefined;
    readonly closed: boolean;
  },
): Lint[] {
  const { fin, rsv, op, len, extended, masked } = header;
  const found: Lint[] = [];
  const control = op >= 8;
  if (side.dir === "c2s" && !masked) found.push(lint("unmasked-client"));
  if (side.dir === "s2c" && masked) found.push(lint("masked-server"));
  if (opcodes[op] === undefined) found.push(lint("reserved-opcode", String(op)));
  const rsv1 = (rsv & 4) !== 0;
  if ((rsv & 3) !== 0 || (rsv1 && side.deflate === null)) found.push(lint("rsv-without-extension"));
  else if (rsv1 && (control || op === 0)) found.push(lint("rsv1-misplaced"));
  if (control && len > 125) found.push(lint("control-too-long", `${len} bytes`));
  if (control && fin === 0) found.push(lint("control-fragmented"));
  if ((extended === 2 && len < 126) || (extended === 8 && len < 65_536))
    found.push(lint("length-not-minimal", `${len} in ${extended} bytes`));
  if (extended === 8 && len >= 2 ** 63) found.push(lint("length-high-bit"));
  if (side.closed) found.push(lint("data-after-close"));
  return found;
}
