// Tokens through the two OAuth libraries of JavaScript: obtained, used, refused when the secret is wrong.

import assert from "node:assert/strict";

import * as oauth from "oauth4webapi";
import * as openid from "openid-client";

const base = process.env.BASE_URL;
const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;
const server = { issuer: base, token_endpoint: `${base}/oauth2/token` };
const list = { method: "POST", headers: { "content-type": "application/json" }, body: '{"take":1}' };

async function oauth4webapi() {
  // This test speaks to a loopback address without TLS.
  const options = { [oauth.allowInsecureRequests]: true };
  const client = { client_id: id };
  for (const authentication of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
    const ask = (word) =>
      oauth.clientCredentialsGrantRequest(server, client, authentication(word), new URLSearchParams(), options);
    const token = await oauth.processClientCredentialsResponse(server, client, await ask(secret));
    assert.equal(token.token_type, "bearer");
    const url = new URL(`${base}/idv/session/list`);
    const headers = new Headers(list.headers);
    const answer = await oauth.protectedResourceRequest(token.access_token, "POST", url, headers, list.body, options);
    assert.equal(answer.status, 200);
    await assert.rejects(
      async () => oauth.processClientCredentialsResponse(server, client, await ask("wrong")),
      (error) => error.error === "invalid_client" || error.code === "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
    );
  }
}

async function openidClient() {
  for (const authentication of [openid.ClientSecretBasic, openid.ClientSecretPost]) {
    const configured = (word) => {
      const configuration = new openid.Configuration(server, id, undefined, authentication(word));
      openid.allowInsecureRequests(configuration);
      return configuration;
    };
    const configuration = configured(secret);
    const token = await openid.clientCredentialsGrant(configuration);
    assert.ok(token.expiresIn() > 0);
    const url = new URL(`${base}/idv/session/list`);
    const headers = new Headers(list.headers);
    const answer = await openid.fetchProtectedResource(configuration, token.access_token, url, "POST", list.body, headers);
    assert.equal(answer.status, 200);
    await assert.rejects(openid.clientCredentialsGrant(configured("wrong")));
  }
}

for (const test of [oauth4webapi, openidClient]) {
  await test();
  console.log(`ok: ${test.name}`);
}
