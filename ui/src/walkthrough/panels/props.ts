/** What every panel gets. */
import type { ApplicationView } from "../../lib/contract/ApplicationView";
import type { InstanceView } from "../../lib/contract/InstanceView";
import type { StepOutcome } from "../../lib/contract/StepOutcome";
import type { WalkthroughAnswers } from "../../lib/contract/WalkthroughAnswers";
import type { WalkthroughId } from "../../lib/contract/WalkthroughId";

export interface PanelProps {
  walkthrough: WalkthroughId;
  answers: WalkthroughAnswers;
  /** The chosen ones, while they are there. */
  instance: InstanceView | undefined;
  application: ApplicationView | undefined;
  /** What running the step came to. */
  outcome: StepOutcome | null;
  /** Saves changed answers. */
  onanswer: (change: Partial<WalkthroughAnswers>) => Promise<void>;
}
