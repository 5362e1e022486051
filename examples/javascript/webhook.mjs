#!/usr/bin/env node
// A receiver of webhooks that takes only what is signed: webhook.mjs [PORT]
// The webhook's secret, whsec_…, is in WEBHOOK_SECRET. Each event is printed once.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
// In a real receiver this is a table with a unique column: the same event may come twice.
const seen = new Set();

// Standard Webhooks: over the bytes as they came, not older than five minutes.
function isOurs(headers, body) {
  const sent = Number(headers["webhook-timestamp"]);
  if (!(Math.abs(Date.now() / 1000 - sent) <= 300)) return false;
  const hmac = createHmac("sha256", key).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`);
  const right = Buffer.from(`v1,${hmac.update(body).digest("base64")}`);
  // While a secret is rotated there are two: one that fits is enough.
  const given = (headers["webhook-signature"] ?? "").split(" ").map((one) => Buffer.from(one));
  return given.some((one) => one.length === right.length && timingSafeEqual(one, right));
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const ours = isOurs(request.headers, body);
  // At once, and the work afterwards: who answers late gets the message again.
  response.writeHead(ours ? 204 : 401).end();
  const id = request.headers["webhook-id"];
  if (!ours || seen.has(id)) return;
  seen.add(id);
  const event = JSON.parse(body);
  console.log(event.type, event.session_id ?? "");
});
server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => {
  console.log("listening on", server.address().port);
});
