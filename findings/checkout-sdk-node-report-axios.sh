#!/usr/bin/env bash
# The guess: an SDK reads the same answer whichever of its two HTTP clients it was built with.
# The truth: checkout-sdk-node 5.2.1 asks for an identity verification's `pdf-report` as bytes. With its default client (fetch) the
#   caller gets a Buffer of the JSON text. With `httpClient: 'axios'` the answer is parsed before it reaches that place,
#   `Buffer.from` is given an object, and the call is rejected as an ApiError without an HTTP status, though the server
#   answered 200 with the documented body.
# What follows: no body that a server could send satisfies both, since the documented one is an object. Whoever moves here with
#   axios reads the report with fetch, or with a GET of their own.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true, "type": "module"}' >package.json
npm install --silent --no-audit --no-fund checkout-sdk-node@5.2.1
cat >ask.mjs <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Checkout } from 'checkout-sdk-node';

const version = JSON.parse(readFileSync('node_modules/checkout-sdk-node/package.json', 'utf8')).version;
console.log(`checkout-sdk-node ${version}`);
const body = JSON.stringify({ pdf_report: 'https://example.com/report.pdf', signed_url: 'https://example.com/report.pdf' });
const server = createServer((_, answer) => {
  answer.writeHead(200, { 'content-type': 'application/json' });
  answer.end(body);
}).listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));
const base = `http://127.0.0.1:${server.address().port}`;
const report = (httpClient) => {
  const cko = new Checkout('sk_sbox_aaaaaaaaaaaaaaaaaaaaaaaaaaa', { host: base, ...(httpClient && { httpClient }) });
  cko.config.identityVerificationUrl = base;
  return cko.identities.identityVerifications.getPDFReport('idv_01je97fqt08dn6a687jcqnxd1b');
};

const bytes = await report();
console.log(`fetch: ${bytes.constructor.name}: ${bytes}`);
assert.ok(Buffer.isBuffer(bytes) && bytes.toString() === body);
await assert.rejects(report('axios'), (error) => {
  console.log(`axios: ${error.name}, http_code ${error.http_code}: ${error.body}`);
  return error.http_code === undefined;
});
server.close();
JS
node ask.mjs
