import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Store } from "../store/types.ts";

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("a component was drawn outside of StoreContext");
  return store;
}
