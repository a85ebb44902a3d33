import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/**
 * Takes the keyboard up again where the control that had it went away; never takes it from one
 * that a person is using.
 */
export function useLostFocus(target: RefObject<HTMLElement | null>, when = true): void {
  useEffect(() => {
    const { activeElement, body } = document;
    if (when && (activeElement === null || activeElement === body)) target.current?.focus();
  }, [when]);
}
