// virtua's types are written for React's. Preact's own serve, but for `LegacyRef`, which React 19
// dropped and Preact never had; so the names that virtua imports are given here.
import type * as React from "preact/compat";

export type {
  ComponentType,
  CSSProperties,
  JSX,
  ReactElement,
  ReactNode,
  Ref,
  RefObject,
} from "preact/compat";
export type LegacyRef<T> = React.Ref<T>;
