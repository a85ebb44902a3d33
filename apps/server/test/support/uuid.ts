import { expect } from "vitest";

/** Any UUID, such as what `ok` calls a session. */
export const uuid = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string;
