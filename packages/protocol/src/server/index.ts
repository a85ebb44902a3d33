export { echoesFrom } from "./ready.ts";
export { createServerState } from "./state.ts";
export { transitionServer } from "./transition.ts";
