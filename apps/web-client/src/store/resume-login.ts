import { publicAddress } from "../session/public-address.ts";
import type { LoginKeeper } from "./kept-login.ts";
import type { Sessions } from "./sessions.ts";

/**
 * Goes on with the login that stays, in the session that had it. Where sessions came back after a reload
 * and none of them had it, it is another tab's, and their forms and drafts are for other servers.
 */
export function resumeLogin({ list, active }: Sessions, keeper: LoginKeeper): void {
  const login = keeper.load();
  if (login === null) return;
  const url = publicAddress(login.url);
  const back = list.value.filter(({ before }) => before.value !== null);
  const holder =
    back.length === 0
      ? active.value
      : back.find(
          ({ before }) => before.value?.url === url && before.value.username === login.username,
        );
  holder?.resume();
}
