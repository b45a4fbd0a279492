/** Scrolls what has just appeared into view, as far as it is not: the button that brought it may be far away. */
export function bringIntoView(element: HTMLElement): void {
  element.scrollIntoView({ block: "nearest" });
}
