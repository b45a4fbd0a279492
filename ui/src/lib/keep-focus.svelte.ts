/** Keeps the focus where it was being worked when what had it goes away. */
import { tick } from "svelte";

interface Options {
  /** Read whenever something may go away. */
  changes: () => unknown;
  /** What it goes away from. */
  within: () => HTMLElement | undefined;
  /** What takes the focus over. */
  heir: () => HTMLElement | null | undefined;
}

/** To be called while a component is made. */
export function keepFocus({ changes, within, heir }: Options): void {
  $effect.pre(() => {
    void changes();
    if (!within()?.contains(document.activeElement)) return;
    void tick().then(() => {
      if (document.activeElement === document.body) heir()?.focus();
    });
  });
}
