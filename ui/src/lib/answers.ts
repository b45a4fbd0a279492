/** What a walkthrough begins with. */
import type { WalkthroughAnswers } from "./contract/WalkthroughAnswers";

export const NO_ANSWERS: WalkthroughAnswers = {
  instance: null,
  application: null,
  tenantSlug: "",
  level: null,
  scopes: [],
};
