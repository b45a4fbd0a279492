/** Stands in for the shell where a pasted token is looked at. */
import { internalError } from "../src/lib/errors";
import type { Handlers } from "./handlers";

export const inspector: Pick<Handlers, "inspect_pasted" | "fetch_keys"> = {
  inspect_pasted: () => {
    throw internalError("inspect_pasted is not faked");
  },
  fetch_keys: () => null,
};
