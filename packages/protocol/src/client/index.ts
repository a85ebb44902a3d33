export { createClientState } from "./state.ts";
export { transitionClient } from "./transition.ts";
