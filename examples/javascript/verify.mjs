#!/usr/bin/env node
// One person through the Vult API: verify.mjs DOCUMENT SELFIE
// Wants BASE_URL, CLIENT_ID and CLIENT_SECRET in the environment.

import { readFile } from "node:fs/promises";

const { BASE_URL, CLIENT_ID, CLIENT_SECRET } = process.env;
const [document, selfie] = await Promise.all(process.argv.slice(2, 4).map((name) => readFile(name)));
const place = { latitude: 52.52, longitude: 13.4 };
let token;

async function send(path, body, headers = {}) {
  if (token) headers = { ...headers, Authorization: `Bearer ${token}`, "X-Client-Id": CLIENT_ID };
  const signal = AbortSignal.timeout(60_000);
  const answer = await fetch(BASE_URL + path, { method: "POST", headers, body, signal });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

const post = (path, body) => send(path, JSON.stringify(body), { "Content-Type": "application/json" });

const form = { grant_type: "client_credentials", client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
token = (await send("/oauth2/token", new URLSearchParams(form))).access_token;

// On your server.
const { session_id } = await post("/idv/session/create", { user_id: "user-7" });
console.log("session", session_id);

// On the person's device.
await post("/idv/sdk/consent/add", { session_id, consented: true });
const upload = new FormData();
for (const [name, value] of Object.entries({ session_id, ...place })) upload.append(name, String(value));
upload.append("image", new Blob([document], { type: "image/jpeg" }), "image.jpg");
await send("/idv/sdk/document/front/add", upload);
await post("/idv/sdk/liveness/session/generate", { session_id, ...place });
const images = [selfie.toString("base64")];
await post("/idv/sdk/liveness/session/process", { session_id, ...place, images });
// Answers with the result, after up to 50 s.
await post("/idv/sdk/finalize", { session_id });

// On your server again.
const session = await post("/idv/session/read", { session_id });
const read = await post("/idv/document/read", { session_id });
console.log(`verified: ${session.verified}, score: ${session.score}`);
console.log(`name: ${read.first_name} ${read.last_name}, document: ${read.document_number}`);
