/** What a call would send, asked for anew after typing has paused. */
import type { ApplicationId } from "../lib/contract/ApplicationId";
import type { CallPreview } from "../lib/contract/CallPreview";
import type { EndpointRequest } from "../lib/contract/EndpointRequest";
import { call } from "../lib/ipc";

/** How long typing must pause. */
export const PREVIEW_AFTER_MS = 200;

export interface Preview {
  /** The newest; the one before stays until the next comes. */
  readonly value: CallPreview | null;
}

/** To be called while a component is made. Nothing is asked for a call without a path. */
export function preview(application: () => ApplicationId, request: () => EndpointRequest): Preview {
  let value = $state.raw<CallPreview | null>(null);

  $effect(() => {
    const args = { application: application(), request: request() };
    if (args.request.path === "") {
      value = null;
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      call("preview_call", args).then(
        (answer) => {
          if (wanted) value = answer;
        },
        // The call itself says what is wrong.
        () => {
          if (wanted) value = null;
        },
      );
    }, PREVIEW_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  });

  return {
    get value() {
      return value;
    },
  };
}
