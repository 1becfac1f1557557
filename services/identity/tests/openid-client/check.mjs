// An application and a machine written with openid-client, against a running identity.
//
// Reads the scene from standard input as JSON (see tests/it/foreign_clients.rs) and fails loudly.
// LINLI_TEST_OPENID_CLIENT names the folder in which `npm ci` was run with the package.json beside this.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const installed = createRequire(join(process.env.LINLI_TEST_OPENID_CLIENT, "package.json"));
const oidc = await import(pathToFileURL(installed.resolve("openid-client")).href);

// loopback without TLS is what a test has; signatures are checked, wherever the token came from
const EXECUTE = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];

function discover(issuer, { id, secret }) {
  const proof = secret ? oidc.ClientSecretBasic(secret) : oidc.None();
  return oidc.discovery(new URL(issuer), id, undefined, proof, { execute: EXECUTE });
}

/** The code flow with PKCE; the person's own app stands in for the browser. */
async function signIn(config, application, accessToken) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const expectedNonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: application.redirect_uri,
    scope: "openid profile offline_access",
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
  });
  const back = await fetch(url, {
    headers: { authorization: `Bearer ${accessToken}` },
    redirect: "manual",
  });
  assert.equal(back.status, 303, await back.text());
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  const answer = new URL(back.headers.get("location"));
  return { answer, checks, tokens: await oidc.authorizationCodeGrant(config, answer, checks) };
}

async function refused(error, attempt) {
  await assert.rejects(attempt, (thrown) => {
    assert.equal(thrown.error, error, String(thrown));
    return true;
  });
}

async function checkApplication(issuer, application, accessToken) {
  const config = await discover(issuer, application);
  const { answer, checks, tokens } = await signIn(config, application, accessToken);
  const claims = tokens.claims();
  assert.equal(claims.iss, issuer);
  assert.equal(claims.aud, application.id);
  const told = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(told.sub, claims.sub);
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  if (application.secret) {
    const seen = await oidc.tokenIntrospection(config, renewed.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.client_id, application.id);
  }
  await oidc.tokenRevocation(config, renewed.refresh_token);
  await refused("invalid_grant", () => oidc.refreshTokenGrant(config, renewed.refresh_token));
  if (application.secret) {
    assert.equal((await oidc.tokenIntrospection(config, renewed.access_token)).active, false);
  }
  // a code is good once
  await refused("invalid_grant", () => oidc.authorizationCodeGrant(config, answer, checks));
}

async function checkMachine(issuer, machine) {
  const config = await discover(issuer, machine);
  const tokens = await oidc.clientCredentialsGrant(config);
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.refresh_token, undefined);
  const told = await oidc.fetchUserInfo(config, tokens.access_token, machine.account);
  assert.equal(told.sub, machine.account);
  const stranger = await discover(issuer, { ...machine, secret: "not-the-secret" });
  // with the challenge that RFC 6749, section 5.2, asks for
  await assert.rejects(() => oidc.clientCredentialsGrant(stranger), (thrown) => {
    assert.equal(thrown.status, 401, String(thrown));
    assert.equal(thrown.cause[0].scheme, "basic");
    return true;
  });
}

const scene = JSON.parse(await text(process.stdin));
for (const application of scene.applications) {
  await checkApplication(scene.issuer, application, scene.access_token);
}
await checkMachine(scene.issuer, scene.machine);
console.log("openid-client: all went through");
