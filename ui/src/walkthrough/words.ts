/** The few words that are the page's own: what the walkthroughs say comes from the core. */
import { LEVELS } from "../applications/form";
import type { LevelName } from "../lib/contract/LevelName";
import type { WalkthroughText } from "../lib/contract/WalkthroughText";
import type { WalkthroughView } from "../lib/contract/WalkthroughView";
import { counted } from "../tokens/text";

/** Who may register an application of a level (contract 1.4). */
const REGISTERED_BY: Record<LevelName, string> = {
  GLOBAL: "Only a super_admin may register it.",
  TENANT: "That tenant's tenant_admin or any higher admin may register it.",
  PARTNER: "A super_admin or that partner's partner_admin may register it.",
};

const LEVEL_ORDER: readonly LevelName[] = ["GLOBAL", "TENANT", "PARTNER"];

/** The levels, each with what it means, its endpoints, and who may register it. */
export const LEVEL_CHOICES = LEVEL_ORDER.flatMap((name) =>
  LEVELS.filter(({ value }) => value === name).map((level) => ({
    ...level,
    detail: `${level.detail} ${REGISTERED_BY[name]}`,
  })),
);

/** How many of the steps are done. */
export const doneOf = (view: WalkthroughView | undefined): number =>
  view?.steps.filter(({ done }) => done).length ?? 0;

/** `5 steps`, `3 of 5 steps`, `5 steps done`. */
export function howFar(text: WalkthroughText, view: WalkthroughView | undefined): string {
  const [done, all] = [doneOf(view), text.steps.length];
  const steps = counted(all, "step");
  if (done === 0) return steps;
  return done === all ? `${steps} done` : `${done} of ${steps}`;
}

/** Whether a walkthrough is about a saved application: then it is said which. */
export const isAboutApplication = ({ steps }: WalkthroughText): boolean =>
  steps.some(({ action, panel }) => action !== null || (panel !== "none" && panel !== "webhook"));

/** A piece of a text beside another one. */
export interface ComparedPiece {
  text: string;
  differs: boolean;
}

/** Cuts a text where it stops or begins to differ from another one, place by place. */
export function compared(text: string, other: string): ComparedPiece[] {
  const pieces: ComparedPiece[] = [];
  const others = [...other];
  for (const [index, character] of [...text].entries()) {
    const differs = character !== others[index];
    const last = pieces.at(-1);
    if (last?.differs === differs) last.text += character;
    else pieces.push({ text: character, differs });
  }
  return pieces;
}
