import type { RefObject } from "preact";
import { useFramesEntry } from "../../ui/context.ts";
import { useLostFocus } from "../../ui/focus.ts";

/**
 * Goes on where the control that began or ended the feed went away. A page for one feed begins it by
 * itself, and is read from its beginning.
 */
export function useFeedFocus(target: RefObject<HTMLElement | null>, when = true): void {
  const { only } = useFramesEntry();
  useLostFocus(target, when && !only);
}
