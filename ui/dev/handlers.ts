/** What stands in for the shell answers every command of the contract: a new one does not compile without. */
import type { Commands } from "../src/lib/contract/Commands";

export type Handlers = {
  [K in keyof Commands]: (
    args: Commands[K]["args"],
  ) => Commands[K]["result"] | Promise<Commands[K]["result"]>;
};
