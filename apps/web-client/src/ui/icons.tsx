import type { JSX } from "preact";

const paths = {
  up: "M8 13V3.5M4 7.3l4-4 4 4",
  check: "M3 8.5l3.2 3L13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  clock: "M8 4.5V8l2.3 1.6M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  warning:
    "M8 6.2v3.2M8 11.6v.1M7 2.9L1.9 12a1.2 1.2 0 0 0 1 1.8h10.2a1.2 1.2 0 0 0 1-1.8L9 2.9a1.2 1.2 0 0 0-2 0z",
  info: "M8 7.4v3.4M8 5v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  down: "M8 3v9.5M4 8.7l4 4 4-4",
  pin: "M5.5 2.5h5M6.5 2.5v4L4.5 9h7l-2-2.5v-4M8 9v5",
  plug: "M6 2v3M10 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14",
  person: "M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM3 13.6a5 5 0 0 1 10 0",
  again: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
  question: "M6.2 6.2A1.9 1.9 0 1 1 8 8.6v.8M8 11.4v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  hidden: "M2 8s2.2-3.8 6-3.8S14 8 14 8s-2.2 3.8-6 3.8S2 8 2 8zM3 13L13 3",
  mask: "M2.5 5h11v2.5a3 3 0 0 1-5 2.2 3 3 0 0 1-1 0 3 3 0 0 1-5-2.2zM5.2 7.2h.6M10.2 7.2h.6",
  plus: "M8 3v10M3 8h10",
  bytes: "M2.5 3.5h4v4h-4zM9.5 3.5h4v4h-4zM2.5 9.5h4v3h-4zM9.5 9.5h4v3h-4z",
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside words that say the same, so it is hidden from screen readers. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M7 12h14l-4-4" />
      <path d="M25 20H11l4 4" />
    </svg>
  );
}
