/** Something to look at for who has no token at hand: a token answer whose token ended long ago. */

const HEADER = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImV4YW1wbGUtMSJ9";
const PAYLOAD =
  "eyJpc3MiOiJodHRwczovL3NjYWlrZXkuZXhhbXBsZSIsInN1YiI6InN2Y19leGFtcGxlIiwiYXVkIjoic3ZjX2V4YW" +
  "1wbGUiLCJzY29wZSI6Im9wZW5pZCBhZG1pbjpyZWFkIiwidG9rZW5fdHlwZSI6ImNsaWVudF9jcmVkZW50aWFscyIs" +
  "ImFwcF9zY29wZSI6IlRFTkFOVCIsInRlbmFudF9pZCI6InRudF9leGFtcGxlMDAwMSIsImlhdCI6MTc2NzIyNTYwMC" +
  "wiZXhwIjoxNzY3MjI5MjAwfQ";
const SIGNATURE = "pXziW_TyZxFhEZ88BPfgKZ_Nci7jhxcrStb3wCwOsGNZycF1xr71BXRVKksLK16YAfj0NxSOjgniMysI97ANeQ";

/** Its key was thrown away: it opens nothing, anywhere. */
export const SAMPLE = JSON.stringify(
  { access_token: `${HEADER}.${PAYLOAD}.${SIGNATURE}`, token_type: "Bearer", expires_in: 3600 },
  null,
  2,
);
