/** The only module that talks to the shell. Commands and their types come from the generated contract. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { AppError } from "./contract/AppError";
import type { Commands } from "./contract/Commands";
import type { Snapshot } from "./contract/Snapshot";
import { internalError } from "./errors";

/** A command that has not answered by then never will (the keychain itself gives up after 60 s). */
const LONGEST_WAIT_MS = 90_000;

const isAppError = (value: unknown): value is AppError =>
  typeof value === "object" && value !== null && "kind" in value && "title" in value && "fixes" in value;

/** Makes an error of the contract out of whatever was thrown. */
export function toAppError(thrown: unknown): AppError {
  return isAppError(thrown) ? thrown : internalError(String(thrown));
}

/** Calls a command. Rejects with an {@link AppError}. */
export async function call<K extends keyof Commands>(
  name: K,
  ...args: Commands[K]["args"] extends null ? [] : [args: Commands[K]["args"]]
): Promise<Commands[K]["result"]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(internalError(`${name} did not answer`));
    }, LONGEST_WAIT_MS);
  });
  try {
    return await Promise.race([
      invoke<Commands[K]["result"]>(name, args.length > 0 ? { args: args[0] } : {}),
      tooLate,
    ]);
  } catch (thrown) {
    throw toAppError(thrown);
  } finally {
    clearTimeout(timer);
  }
}

/** Calls back with every snapshot that the shell publishes. */
export async function onSnapshot(callback: (snapshot: Snapshot) => void): Promise<void> {
  await listen<Snapshot>("snapshot", (event) => {
    callback(event.payload);
  });
}
