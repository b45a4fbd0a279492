/** One table from an error's kind to words and actions. A new kind does not compile until it stands here. */
import type { AppError } from "./contract/AppError";
import type { ClientAuthentication } from "./contract/ClientAuthentication";
import type { ServerWords } from "./contract/ServerWords";
import type { TlsProblem } from "./contract/TlsProblem";

/** What a button under an error does. Whoever shows the error carries it out. */
export type ErrorAction =
  | { kind: "retry" }
  | { kind: "enterSecret" }
  | { kind: "tryMethod"; method: ClientAuthentication }
  | { kind: "editScopes" }
  | { kind: "editApplication" }
  | { kind: "editEndpoints" }
  | { kind: "addCertificate" }
  | { kind: "editInstance" }
  | { kind: "retryKeychain" }
  | { kind: "keepForSession" }
  | { kind: "showToken" };

/** A button under an error. */
export interface OfferedAction {
  action: ErrorAction;
  label: string;
}

/** An error in words. */
export interface ErrorWords {
  /** What happened, in one sentence. */
  title: string;
  /** What to do, in the next. */
  help: string;
  /** The server's own words, if it said any. */
  server: ServerWords | null;
  /** The system's or library's words. */
  detail: string | null;
  actions: OfferedAction[];
}

/** How a client proves itself, in a few words. */
export const METHOD_WORDS: Record<ClientAuthentication, string> = {
  clientSecretBasic: "Basic, form-encoded",
  clientSecretBasicRaw: "Basic, as is",
  clientSecretPost: "secret in the body",
};

/** The server's answer as a sentence: `The server answered 401: invalid_client. Unknown client.` */
export function serverSentence({ status, error, description, excerpt }: ServerWords): string {
  const said = [error, description].filter((part) => part !== null && part !== "");
  if (said.length > 0) return `The server answered ${status}: ${said.join(" · ")}`;
  const plain = excerpt?.trim() ?? "";
  return plain === ""
    ? `The server answered ${status}. It gave no reason.`
    : `The server answered ${status}: ${plain}`;
}

type Kind = AppError["kind"];
type Of<K extends Kind> = Extract<AppError, { kind: K }>;

function words(title: string, help: string, more: Partial<ErrorWords> = {}): ErrorWords {
  return { title, help, server: null, detail: null, actions: [], ...more };
}

const TRY_NOW: OfferedAction = { action: { kind: "retry" }, label: "Try now" };
const ENTER_SECRET: OfferedAction = { action: { kind: "enterSecret" }, label: "Enter the secret again" };
const EDIT_APPLICATION: OfferedAction = {
  action: { kind: "editApplication" },
  label: "Edit the application",
};
const EDIT_INSTANCE: OfferedAction = { action: { kind: "editInstance" }, label: "Edit the instance" };
const CHECK_ENDPOINTS: OfferedAction = {
  action: { kind: "editEndpoints" },
  label: "Check the endpoints",
};
const KEYCHAIN: OfferedAction[] = [
  { action: { kind: "retryKeychain" }, label: "Try the keychain again" },
  { action: { kind: "keepForSession" }, label: "Keep for this session only" },
];
const ADD_CERTIFICATE: OfferedAction = {
  action: { kind: "addCertificate" },
  label: "Add a certificate for this instance",
};

const tryMethod = (method: ClientAuthentication): OfferedAction => ({
  action: { kind: "tryMethod", method },
  label: `Try with ${METHOD_WORDS[method]}`,
});

const hostOf = (url: string): string => {
  try {
    return new URL(url).host || url;
  } catch {
    return url;
  }
};

const bytes = (limit: number): string => {
  if (limit >= 1_048_576) return `${Math.round(limit / 1_048_576)} MiB`;
  return limit >= 1_024 ? `${Math.round(limit / 1_024)} KiB` : `${limit} bytes`;
};

const seconds = (count: number): string => (count === 1 ? "1 second" : `${count} seconds`);

const TLS: Record<TlsProblem, (address: string) => [title: string, help: string, actions: OfferedAction[]]> =
  {
    expired: (address) => [
      `The certificate of ${address} has expired.`,
      "Its operator must renew it. If your computer's date is wrong, set the clock and try again.",
      [TRY_NOW],
    ],
    notYetValid: (address) => [
      `The certificate of ${address} is not valid yet.`,
      "Check the date and time of this computer, then try again.",
      [TRY_NOW],
    ],
    wrongHost: (address) => [
      `The certificate of ${address} is for another host.`,
      "Check the host name in the instance's URL. A captive portal or a proxy may also stand in between.",
      [EDIT_INSTANCE, TRY_NOW],
    ],
    unknownCa: (address) => [
      `The certificate of ${address} is signed by nobody this computer trusts.`,
      "If your company signs its own certificates, add its CA certificate. It is trusted for this instance only.",
      [ADD_CERTIFICATE, TRY_NOW],
    ],
    notTls: (address) => [
      `${address} does not speak TLS.`,
      "Check the port and the scheme in the URL. A server on this computer may need http instead of https.",
      [EDIT_INSTANCE, TRY_NOW],
    ],
    other: (address) => [
      `No secure connection to ${address} could be made.`,
      "The words of the TLS library below say why.",
      [TRY_NOW, EDIT_INSTANCE],
    ],
  };

const STAGES: Record<string, (address: string, limit: number) => string> = {
  connect: (address, limit) => `${address} could not be connected to within ${seconds(limit)}.`,
  answer: (address, limit) => `${address} did not answer within ${seconds(limit)}.`,
  total: (address, limit) => `The answer of ${address} was not complete within ${seconds(limit)}.`,
};

const GONE: Record<string, [title: string, help: string]> = {
  instance: ["This instance is not there any more.", "It was deleted. Choose another one in the sidebar."],
  application: [
    "This application is not there any more.",
    "It was deleted. Choose another one in the sidebar.",
  ],
  token: ["This token is not there any more.", "Request a new one."],
  undo: ["It can no longer be brought back.", "The 30 seconds are over. Add it again."],
};

const ENDPOINT_NAMES: Record<string, string> = {
  token_endpoint: "token endpoint",
  jwks_uri: "address of the keys (jwks_uri)",
};

const TABLE: { [K in Kind]: (error: Of<K>) => ErrorWords } = {
  invalidInput: ({ problems }) => {
    const errors = problems.filter(({ severity }) => severity === "error");
    const shown = (errors.length > 0 ? errors : problems).map(({ message }) => message);
    return words(
      shown.length === 1 ? "One entry cannot be used." : "Some entries cannot be used.",
      shown.length > 0 ? shown.join(" ") : "Check what you typed.",
    );
  },
  notFound: ({ what }) => {
    const [title, help] = GONE[what] ?? [
      `What was asked for is not there any more (${what}).`,
      "It may have been deleted.",
    ];
    return words(title, help);
  },
  readOnly: ({ reason }) =>
    words(
      "Nothing can be saved in this run.",
      "Tokens can still be requested and copied. Mend the cause below, then start the app again.",
      { detail: reason },
    ),
  storage: ({ path, detail }) =>
    words(
      `The file ${path} could not be read or written.`,
      "Check that the disk has space and that you may write there, then try again.",
      { detail, actions: [TRY_NOW] },
    ),
  keychainLocked: () =>
    words(
      "The keychain is locked.",
      "Unlock it and try again. Or keep the secret in memory until the app quits.",
      { actions: KEYCHAIN },
    ),
  keychainMissing: ({ detail }) =>
    words(
      "No keychain could be reached.",
      "Start the keychain service and try again. Or keep the secret in memory until the app quits.",
      { detail, actions: KEYCHAIN },
    ),
  keychainDenied: ({ detail }) =>
    words(
      "The keychain refused access.",
      "Allow ScaiKey Companion to use it and try again. Or keep the secret in memory until the app quits.",
      { detail, actions: KEYCHAIN },
    ),
  keychainTimedOut: () =>
    words(
      "The keychain did not answer within 60 seconds.",
      "Look for its unlock dialog behind other windows and try again. Or keep the secret in memory until the app quits.",
      { actions: KEYCHAIN },
    ),
  keychainFailed: ({ detail }) =>
    words(
      "The keychain failed.",
      "Try again, or keep the secret in memory until the app quits. Its own words are below.",
      { detail, actions: KEYCHAIN },
    ),
  secretMissing: () =>
    words(
      "The client secret of this application is not known any more.",
      "It was removed from the keychain, or it was kept for an earlier session only. Enter it again.",
      { actions: [ENTER_SECRET] },
    ),
  secretForOtherHost: ({ enteredFor, endpoint }) =>
    words(
      `The secret was entered for ${enteredFor}, and the token endpoint is on ${endpoint} now.`,
      `It was not sent. If ${endpoint} is right, enter the secret again; if not, check the endpoints.`,
      { actions: [ENTER_SECRET, { action: { kind: "editEndpoints" }, label: "Check the endpoints" }] },
    ),
  hostNotFound: ({ host }) =>
    words(
      `The host ${host} was not found.`,
      "Check the spelling in the instance's URL and your connection: some hosts are known only inside a VPN.",
      { actions: [TRY_NOW, EDIT_INSTANCE] },
    ),
  connectionRefused: ({ address }) =>
    words(
      `Nobody listens at ${address}.`,
      "Check that the server is running and that the port in the URL is right.",
      { actions: [TRY_NOW, EDIT_INSTANCE] },
    ),
  unreachable: ({ address, detail }) =>
    words(
      `${address} cannot be reached.`,
      "Check your network, VPN and firewall. The app tries again when the network is back.",
      { detail, actions: [TRY_NOW] },
    ),
  timedOut: ({ stage, seconds: limit, address }) =>
    words(
      STAGES[stage]?.(address, limit) ?? `${address} took longer than ${seconds(limit)}.`,
      "The server may be busy, or a firewall drops the connection. Try again.",
      { actions: [TRY_NOW] },
    ),
  connectionClosed: ({ address, inAnswer }) =>
    words(
      inAnswer
        ? `${address} ended the connection in the middle of its answer.`
        : `${address} ended the connection before it answered.`,
      "The server or a proxy in between may have restarted. Try again.",
      { actions: [TRY_NOW] },
    ),
  tls: ({ problem, address, detail }) => {
    const [title, help, actions] = TLS[problem](address);
    return words(title, help, { detail, actions });
  },
  proxy: ({ proxy, detail }) =>
    words(
      `The proxy ${proxy} failed or refused.`,
      "Check the proxy, or choose another one, or none, for this instance.",
      { detail, actions: [EDIT_INSTANCE, TRY_NOW] },
    ),
  redirected: ({ location, server }) =>
    words(
      `${hostOf(server.url)} wanted to send the request on to ${location || "another address"}.`,
      "A secret is never sent after a redirect. Check the endpoints, and enter the final address yourself if you trust it.",
      { server, actions: [CHECK_ENDPOINTS] },
    ),
  notJson: ({ title, server }) =>
    title === null
      ? words(
          `The answer of ${hostOf(server.url)} is not JSON.`,
          "Check that the endpoint is right and that no proxy or sign-in page stands in between.",
          { server, actions: [TRY_NOW, CHECK_ENDPOINTS] },
        )
      : words(
          `A web page titled “${title}” came instead of JSON.`,
          "If it is the sign-in page of your network, sign in there with a browser and try again. If not, check the endpoint.",
          { server, actions: [TRY_NOW, CHECK_ENDPOINTS] },
        ),
  malformedAnswer: ({ what, server }) =>
    words(
      `The answer of ${hostOf(server.url)} is not what the standard asks for: ${what}`,
      "Check that the endpoint is right. If it is, show this to whoever runs the server.",
      { server, actions: [TRY_NOW, CHECK_ENDPOINTS] },
    ),
  answerTooLarge: ({ limit, url }) =>
    words(
      `The answer of ${hostOf(url)} is larger than ${bytes(limit)}.`,
      "That is no usual answer. Check that the endpoint is right.",
      { detail: url, actions: [CHECK_ENDPOINTS, TRY_NOW] },
    ),
  clientRefused: ({ method, alternatives, server }) =>
    words(
      "The server does not accept this client ID and secret.",
      alternatives.length > 0
        ? `Enter the secret again. ID and secret were sent as ${METHOD_WORDS[method]}; some servers take them only in another way.`
        : `Enter the secret again, and check the client ID. Both were sent as ${METHOD_WORDS[method]}.`,
      { server, actions: [ENTER_SECRET, ...alternatives.map(tryMethod)] },
    ),
  scopeRefused: ({ requested, server }) =>
    words(
      requested.length > 0
        ? `The server refused the scopes that were asked for: ${requested.join(" ")}`
        : "The server refused the request because of its scopes, though none were asked for.",
      requested.length > 0
        ? "Ask only for scopes this application was registered with."
        : "It may need to be told which. Add the scopes this application was registered with.",
      { server, actions: [{ action: { kind: "editScopes" }, label: "Change the scopes" }] },
    ),
  grantRefused: ({ server }) =>
    words(
      "This application may not use client_credentials.",
      "Only SERVICE and WEB applications may. SPA and NATIVE never may: they have no secret. Use another client ID, or have the grant allowed where it is registered.",
      { server, actions: [EDIT_APPLICATION] },
    ),
  endpointNotFound: ({ server }) =>
    words(
      `There is no token endpoint at ${server.url}.`,
      "The path is probably wrong. Check the level and tenant of the application and the endpoints of the instance.",
      { server, actions: [CHECK_ENDPOINTS, EDIT_APPLICATION] },
    ),
  rateLimited: ({ retryAfterSeconds, server }) =>
    words(
      `${hostOf(server.url)} wants fewer requests.`,
      retryAfterSeconds === null
        ? "It did not say how long to wait. Wait a little before you try again."
        : `It asks to wait ${seconds(retryAfterSeconds)}.`,
      { server, actions: [TRY_NOW] },
    ),
  serverUnavailable: ({ server }) =>
    words(
      `${hostOf(server.url)} cannot answer at the moment.`,
      "This usually passes. Try again, or ask whoever runs the server.",
      { server, actions: [TRY_NOW] },
    ),
  serverRefused: ({ server }) =>
    words(
      `${hostOf(server.url)} refused the request.`,
      "Its own words say why. What they mean is not documented, so nothing is guessed here.",
      { server, actions: [TRY_NOW, EDIT_APPLICATION] },
    ),
  unsafeEndpoint: ({ url, reason }) =>
    words(
      `No secret is sent to ${url}.`,
      "If you know this address to be right, enter the endpoint by hand.",
      {
        detail: reason,
        actions: [{ action: { kind: "editEndpoints" }, label: "Enter the endpoint by hand" }],
      },
    ),
  endpointUnknown: ({ endpoint }) =>
    words(
      `The ${ENDPOINT_NAMES[endpoint] ?? endpoint} of this server is not known.`,
      "Its discovery document does not name it or could not be read. Enter it by hand.",
      { actions: [{ action: { kind: "editEndpoints" }, label: "Enter the endpoint by hand" }, TRY_NOW] },
    ),
  noToken: () =>
    words("There is no token yet.", "Request one first.", {
      actions: [{ action: { kind: "retry" }, label: "Request a token" }],
    }),
  clipboard: ({ detail }) =>
    words(
      "The token did not reach the clipboard.",
      "Another program may hold the clipboard. Try again, or show the token and copy it yourself.",
      {
        detail,
        actions: [
          { action: { kind: "showToken" }, label: "Show the token to copy it by hand" },
          { action: { kind: "retry" }, label: "Copy again" },
        ],
      },
    ),
  practice: ({ detail }) =>
    words(
      "The practice server could not be started.",
      "Another program may use its port, or a firewall may block it. Try again.",
      { detail, actions: [TRY_NOW] },
    ),
  internal: ({ detail }) =>
    words(
      "Something in this app went wrong.",
      "Try again. If it comes back, report it with the diagnostics from Settings.",
      { detail, actions: [TRY_NOW] },
    ),
};

/** Puts an error into words. */
export function describe(error: AppError): ErrorWords {
  // The table is total, so each row takes exactly the kind it stands at.
  const row = TABLE[error.kind] as ((error: AppError) => ErrorWords) | undefined;
  return (
    row?.(error) ??
    words("Something went wrong that this page has no words for.", "Report it with the diagnostics.", {
      detail: JSON.stringify(error),
    })
  );
}
