/** The custom part of each kind of step. A new kind does not compile until it stands here. */
import type { Component } from "svelte";
import type { Panel } from "../../lib/contract/Panel";
import ChooseLevel from "./ChooseLevel.svelte";
import ChooseScopes from "./ChooseScopes.svelte";
import Code from "./Code.svelte";
import Diagnosis from "./Diagnosis.svelte";
import Endpoint from "./Endpoint.svelte";
import NewSecret from "./NewSecret.svelte";
import type { PanelProps } from "./props";
import Register from "./Register.svelte";
import Renewal from "./Renewal.svelte";
import SecretTrials from "./SecretTrials.svelte";
import Token from "./Token.svelte";
import Webhook from "./Webhook.svelte";

export const PANELS: Record<Panel, Component<PanelProps> | null> = {
  none: null,
  register: Register,
  chooseLevel: ChooseLevel,
  chooseScopes: ChooseScopes,
  token: Token,
  endpoint: Endpoint,
  renewal: Renewal,
  code: Code,
  diagnosis: Diagnosis,
  // It is about no saved application, and takes none of the props.
  webhook: Webhook as Component<object>,
  newSecret: NewSecret,
  secretTrials: SecretTrials,
};
