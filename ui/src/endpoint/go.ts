/** Leads to the card *Call an endpoint* of the page that is open. */

export const CALL_CARD = "call-endpoint";
export const CALL_PATH = "call-endpoint-path";

/** Scrolls to the card and puts the cursor into its path. */
export function goToCall(): void {
  // A dialog that is just closing gives the focus back first.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.getElementById(CALL_CARD)?.scrollIntoView({ block: "start" });
      document.getElementById(CALL_PATH)?.focus({ preventScroll: true });
    }),
  );
}
