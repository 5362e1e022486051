// The vendor's own SDK for Node against this server, by fetch, by axios and with an access token: every operation of
// applicants, identity verifications and face authentications, each asserted on its content.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Checkout } from 'checkout-sdk-node';

const base = process.env.BASE_URL;
const away = 'https://example.com/back?order=7';
const name = 'Raphael Hythloday';
const place = { latitude: 45.5, longitude: -73.6 };

/** The SDK's `host` moves neither the identities nor the access tokens. */
function moved(cko) {
  cko.config.identityVerificationUrl = base;
  return cko;
}

function byKey(httpClient) {
  return moved(new Checkout(process.env.API_KEY, { host: base, ...(httpClient && { httpClient }) }));
}

function byToken() {
  const cko = new Checkout(process.env.CLIENT_SECRET, {
    client: process.env.CLIENT_ID,
    scope: ['identity-verification'],
    environment: 'sandbox',
    host: base,
  });
  cko.config.environment.oAuthAuthorizationApi = `${base}/connect/token`;
  return moved(cko);
}

/** The person's device: what it is given for the link of an attempt. */
async function device(link) {
  const ask = async (path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${base}/capture/${path}`, { method: 'POST', headers, body: JSON.stringify(body ?? {}) });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const { token } = await ask('token', { link: new URL(link).hash.slice(1) });
  return {
    consent: (given = true) => ask('session/consent', { given, language: 'en' }, token),
    async document() {
      const form = new FormData();
      const picture = await readFile(`${process.env.SAMPLE}/passport.jpg`);
      form.set('image', new Blob([picture], { type: 'image/jpeg' }), 'front.jpg');
      form.set('document_type', 'passport');
      form.set('latitude', '45.5');
      form.set('longitude', '-73.6');
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${base}/capture/steps/document/front`, { method: 'POST', headers, body: form });
      assert.ok(answer.ok, await answer.text());
    },
    async face(picture = 'selfie.jpg') {
      await ask('steps/biometric_face/challenge', place, token);
      const image = (await readFile(`${process.env.SAMPLE}/${picture}`)).toString('base64');
      await ask('steps/biometric_face', { frames: [{ image, at_ms: 900 }], ...place }, token);
    },
    submit: () => ask('session/submit', {}, token),
  };
}

async function refused(status, asking) {
  await assert.rejects(asking, (error) => {
    assert.equal(error.http_code, status, `${error.name} ${JSON.stringify(error.body)}`);
    return true;
  });
}

async function settled(read, id) {
  for (let i = 0; i < 600; i++) {
    const now = await read(id);
    if (now.status !== 'checks_in_progress') return now;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('the checks did not end');
}

const codes = (of) => of.response_codes.map((told) => told.code);

async function applicants(cko) {
  const { applicants } = cko.identities;
  const made = await applicants.createApplicant({ external_applicant_id: 'ext_8', email: 'raphael@example.com' });
  assert.match(made.id, /^aplt_/);
  assert.equal(made.external_applicant_id, 'ext_8');
  const changed = await applicants.updateApplicant(made.id, { email: 'hythloday@example.com' });
  assert.equal(changed.email, 'hythloday@example.com');
  const read = await applicants.getApplicant(made.id);
  assert.equal(read.email, 'hythloday@example.com');
  assert.ok(read._links.self.href.endsWith(`/applicants/${made.id}`));
  await refused(404, applicants.getApplicant('aplt_00000000000000000000000000'));
  await refused(422, applicants.createApplicant({ email: 'nobody' }));
  return made.id;
}

async function verified(cko, byFetch, applicant) {
  const idv = cko.identities.identityVerifications;
  const made = await idv.createIdentityVerification({ applicant_id: applicant, declared_data: { name } });
  assert.deepEqual([made.status, made.applicant_id], ['created', applicant]);
  const attempt = await idv.createAttempt(made.id, {});
  assert.equal(attempt.status, 'pending_redirection');
  assert.equal((await idv.listAttempts(made.id)).total_count, 1);
  const person = await device(attempt._links.verification_url.href);
  await person.consent();
  await person.document();
  await person.face();
  await person.submit();
  const done = await settled((id) => idv.getIdentityVerification(id), made.id);
  assert.deepEqual([done.status, codes(done)], ['approved', [10000]]);
  assert.equal((await idv.getAttempt(made.id, attempt.id)).status, 'completed');
  const assets = await idv.getAttemptAssets(made.id, attempt.id);
  assert.ok(assets.data.some((asset) => asset.type === 'document_front_image'));
  // With axios the SDK makes a Buffer of what is parsed already, and fails by itself; with fetch it is the body's bytes.
  const report = JSON.parse(await byFetch.identities.identityVerifications.getPDFReport(made.id));
  assert.equal(report.pdf_report, report.signed_url);
  await refused(409, idv.createAttempt(made.id, {}));
  return made.id;
}

async function opened(cko, applicant) {
  const idv = cko.identities.identityVerifications;
  const made = await idv.createAndStartIdentityVerification({
    applicant_id: applicant,
    declared_data: { name },
    redirect_url: away,
  });
  assert.deepEqual([made.status, made.redirect_url], ['pending', away]);
  const person = await device(made._links.verification_url.href);
  await person.consent(false);
  const done = await idv.getIdentityVerification(made.id);
  assert.deepEqual([done.status, codes(done)], ['refused', [63001]]);
}

async function authenticated(cko, applicant, verification) {
  const fav = cko.identities.faceAuthentications;
  const { user_journey_id } = await cko.identities.identityVerifications.getIdentityVerification(verification);
  const made = await fav.createFaceAuthentication({ applicant_id: applicant, user_journey_id });
  assert.equal(made.status, 'created');
  const attempt = await fav.createAttempt(made.id, { redirect_url: away });
  const person = await device(attempt._links.verification_url.href);
  await person.face();
  await person.submit();
  const done = await settled((id) => fav.getFaceAuthentication(id), made.id);
  assert.deepEqual([done.status, codes(done)], ['approved', [10000]]);
  assert.equal((await fav.listAttempts(made.id)).total_count, 1);
  assert.equal((await fav.getAttempt(made.id, attempt.id)).status, 'completed');
  assert.equal((await fav.getAttemptAssets(made.id, attempt.id)).data[0].type, 'face_image');
  assert.equal((await fav.anonymizeFaceAuthentication(made.id)).status, 'approved');
}

async function erased(cko, applicant, verification) {
  const gone = await cko.identities.identityVerifications.anonymizeIdentityVerification(verification);
  assert.equal(gone.status, 'approved');
  assert.ok(!JSON.stringify(gone).toLowerCase().includes('hythloday'));
  const person = await cko.identities.applicants.anonymizeApplicant(applicant);
  assert.deepEqual([person.external_applicant_id, person.email], ['ext_8', undefined]);
}

const all = { fetch: byKey(), axios: byKey('axios'), 'an access token': byToken() };
for (const [by, cko] of Object.entries(all)) {
  const applicant = await applicants(cko);
  await opened(cko, applicant);
  console.log(`ok: by ${by}: applicants, opened and refused`);
}
const applicant = await applicants(all.fetch);
const verification = await verified(all.axios, all.fetch, applicant);
console.log('ok: approved');
await authenticated(all.fetch, applicant, verification);
console.log('ok: authenticated');
await erased(all.fetch, applicant, verification);
console.log('ok: erased');
