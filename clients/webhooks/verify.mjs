// Deliveries of ours under the webhook verifiers of JavaScript: accepted as sent, refused when anything is off. Two
// know the Standard Webhooks headers; the third checks the vendor's own header, where the API has one.
//
//     verify.mjs FILE
//
// A line of FILE is one delivery, made less than five minutes ago:
// {"dialect", "secret", "secrets": [old, new] while a secret is rotated, "vendor_header" or null,
//  "headers": with lower-case names, "body": the text as sent}
// The vendor's header holds one signature: under "secret".
//
// Says for each API and verifier how often it accepted and refused. The status is 1 when one was wrong, when a verifier
// is not there, and when there was nothing to verify.

import { readFileSync } from "node:fs";

const ACCEPT = "accepted";
const REFUSE = "refused";
const STRANGER = `whsec_${Buffer.alloc(32).toString("base64")}`;

function stop(why) {
  console.error(`verify.mjs: ${why}`);
  process.exit(1);
}

async function load(name) {
  try {
    return await import(name);
  } catch (error) {
    return stop(`${name} is not there; install clients/package.json (${error.message})`);
  }
}

const standard = await load("standardwebhooks");
const svix = await load("svix");
const { WebhookVerificationService: tern } = await load("@hookflo/tern");
const VERIFIERS = { "standardwebhooks (JavaScript)": standard, "svix (JavaScript)": svix };

// With one bit of one ASCII character of the second half changed; a body ends with one.
function oneByteOff(body) {
  const raw = Buffer.from(body);
  const at = raw.findIndex((byte, i) => i >= raw.length / 2 && byte < 0x80);
  raw[at] ^= 1;
  return raw.toString();
}

// What is tried, what has to come of it, and with which secret, body and headers.
function cases(Webhook, { body, headers }, secret) {
  const sent = Number(headers["webhook-timestamp"]);
  const at = (seconds) => ({ ...headers, "webhook-timestamp": String(seconds) });
  const signed = (off) => {
    const seconds = Math.floor(Date.now() / 1000) + off;
    const signature = new Webhook(secret).sign(headers["webhook-id"], new Date(seconds * 1000), body);
    return { ...at(seconds), "webhook-signature": signature };
  };
  return [
    ["as sent", ACCEPT, secret, body, headers],
    ["with one byte changed", REFUSE, secret, oneByteOff(body), headers],
    ["under another secret", REFUSE, STRANGER, body, headers],
    ["under another id", REFUSE, secret, body, { ...headers, "webhook-id": `${headers["webhook-id"]}x` }],
    ["said to be 301 s older", REFUSE, secret, body, at(sent - 301)],
    ["said to be 301 s newer", REFUSE, secret, body, at(sent + 301)],
    ["signed anew now", ACCEPT, secret, body, signed(0)],
    // What they allow is 300 s. Ahead needs more than one second: theirs goes on while we sign.
    ["signed anew 301 s ago", REFUSE, secret, body, signed(-301)],
    ["signed anew for 310 s ahead", REFUSE, secret, body, signed(310)],
  ];
}

const counts = new Map();

// Counts a result; what is wrong with it, if anything.
function judge(dialect, name, what, expected, got) {
  const of = `${dialect}: ${name}`;
  const count = counts.get(of) ?? { [ACCEPT]: 0, [REFUSE]: 0 };
  count[got] += 1;
  counts.set(of, count);
  return got === expected ? [] : [`${name} ${got} it ${what}`];
}

function verifyStandard(delivery) {
  const secrets = delivery.secrets?.length ? delivery.secrets : [delivery.secret];
  const entries = delivery.headers["webhook-signature"].split(" ");
  const signatures = entries.filter((entry) => entry.startsWith("v1,"));
  const wrong =
    signatures.length === secrets.length ? [] : [`${secrets.length} secrets and ${signatures.length} signatures`];
  for (const [name, { Webhook, WebhookVerificationError }] of Object.entries(VERIFIERS)) {
    for (const secret of secrets) {
      for (const [what, expected, key, body, headers] of cases(Webhook, delivery, secret)) {
        let got = ACCEPT;
        try {
          new Webhook(key).verify(body, headers);
        } catch (error) {
          if (!(error instanceof WebhookVerificationError)) throw error;
          got = REFUSE;
        }
        wrong.push(...judge(delivery.dialect, name, what, expected, got));
      }
    }
  }
  return wrong;
}

async function verifyVendor({ dialect, secret, vendor_header: header, headers, body }) {
  if (header === null) return [];
  const signature = headers[header.toLowerCase()];
  if (!signature) return [`has no header ${header}`];
  const wrong = [];
  const other = (signature.startsWith("0") ? "1" : "0") + signature.slice(1);
  const name = `@hookflo/tern, ${header}`;
  for (const [what, expected, key, text, sent] of [
    ["as sent", ACCEPT, secret, body, signature],
    ["with one byte changed", REFUSE, secret, oneByteOff(body), signature],
    ["under another secret", REFUSE, STRANGER, body, signature],
    ["with another signature", REFUSE, secret, body, other],
  ]) {
    const request = new Request("http://localhost/", {
      method: "POST",
      headers: { ...headers, [header.toLowerCase()]: sent },
      body: text,
    });
    const result = await tern.verify(request, {
      platform: "custom",
      secret: key,
      signatureConfig: { algorithm: "hmac-sha256", headerName: header, headerFormat: "raw", payloadFormat: "raw" },
    });
    if (!result.isValid && result.errorCode !== "INVALID_SIGNATURE") throw new Error(result.error);
    wrong.push(...judge(dialect, name, what, expected, result.isValid ? ACCEPT : REFUSE));
  }
  return wrong;
}

if (process.argv.length !== 3) stop("usage: verify.mjs FILE");
const lines = readFileSync(process.argv[2], "utf8").split("\n");
if (lines.at(-1) === "") lines.pop();
if (lines.length === 0) stop("the file is empty");
let failed = false;
for (const [i, line] of lines.entries()) {
  let wrong;
  try {
    const delivery = JSON.parse(line);
    if (delivery.vendor_header === undefined) throw new Error('it has no "vendor_header", not even null');
    wrong = [...verifyStandard(delivery), ...(await verifyVendor(delivery))];
  } catch (error) {
    wrong = [`is not a delivery: ${error.message}`];
  }
  for (const what of wrong) {
    failed = true;
    console.error(`verify.mjs: line ${i + 1}: ${what}`);
  }
}
for (const [of, count] of [...counts].sort()) {
  console.log(`${of}: ${count[ACCEPT]} accepted, ${count[REFUSE]} refused`);
}
process.exit(failed ? 1 : 0);
