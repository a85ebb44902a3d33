import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/**
 * Takes the keyboard up again where the control that had it went away; never takes it from one
 * that a person is using. With the drawing itself, so that no key that is typed gets lost.
 */
export function useLostFocus(target: RefObject<HTMLElement | null>, when = true): void {
  useLayoutEffect(() => {
    const { activeElement, body } = document;
    if (when && (activeElement === null || activeElement === body)) target.current?.focus();
  }, [when]);
}

/** Goes to what must be corrected; but who walks through the tabs stays there. */
export function focusUnlessTab(element: HTMLElement | null): void {
  if (document.activeElement?.getAttribute("role") !== "tab") element?.focus();
}
