// The vendor's own SDK for Node against this server, by fetch, by axios and with an access token: every call of identities
// and of workflows, each asserted on its content.

import assert from 'node:assert/strict';
import { createHmac, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Checkout } from 'checkout-sdk-node';

const base = process.env.BASE_URL;
// Where people's devices go and links lead, when something stands between the SDK and the server.
const server = process.env.SERVER_URL ?? base;
// A proxy that refuses what does not fit the document leaves nothing of it for the server to refuse.
const isProxied = server !== base;
if (isProxied) {
  // By fetch the SDK sends `patch` in small letters, which no proxy written in Node reads.
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) => fetch(url, { ...init, method: init?.method?.toUpperCase() });
}
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
    scope: ['identity-verification', 'flow'],
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
    const answer = await fetch(`${server}/capture/${path}`, { method: 'POST', headers, body: JSON.stringify(body ?? {}) });
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
      const answer = await fetch(`${server}/capture/steps/document/front`, { method: 'POST', headers, body: form });
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

const going = ['created', 'quality_checks_in_progress', 'checks_in_progress', 'screening_in_progress'];

async function settled(read, id) {
  for (let i = 0; i < 600; i++) {
    const now = await read(id);
    if (!going.includes(now.status)) return now;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('the checks did not end');
}

const codes = (of) => of.response_codes.map((told) => told.code);

async function applicants(cko) {
  const { applicants } = cko.identities;
  const made = await applicants.createApplicant({
    external_applicant_id: 'ext_8',
    email: 'raphael@example.com',
    external_applicant_name: name,
  });
  assert.match(made.id, /^aplt_/);
  assert.equal(made.external_applicant_id, 'ext_8');
  const changed = await applicants.updateApplicant(made.id, { email: 'hythloday@example.com' });
  assert.equal(changed.email, 'hythloday@example.com');
  const read = await applicants.getApplicant(made.id);
  assert.equal(read.email, 'hythloday@example.com');
  assert.ok(read._links.self.href.endsWith(`/applicants/${made.id}`));
  await refused(404, applicants.getApplicant('aplt_00000000000000000000000000'));
  if (!isProxied) await refused(422, applicants.createApplicant({ email: 'nobody' }));
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

/** Documents that are brought along. */
async function documents(cko, applicant, user_journey_id) {
  const iddv = cko.identities.idDocumentVerifications;
  const made = await iddv.createIDDocumentVerification({
    applicant_id: applicant,
    user_journey_id,
    declared_data: { name, birth_date: '1978-02-07' },
  });
  assert.match(made.id, /^iddv_/);
  assert.equal(made.status, 'created');
  const document_front = (await readFile(`${process.env.SAMPLE}/passport.jpg`)).toString('base64');
  const attempt = await iddv.createAttempt(made.id, { document_front });
  const done = await settled((id) => iddv.getIDDocumentVerification(id), made.id);
  assert.deepEqual([done.status, codes(done), done.document.document_type], ['approved', [10000], 'Passport']);
  const listed = await iddv.listAttempts(made.id);
  assert.deepEqual([listed.total_count, listed.data[0].id], [1, attempt.id]);
  assert.equal((await iddv.getAttempt(made.id, attempt.id)).status, 'completed');
  const report = await iddv.getPDFReport(made.id);
  assert.equal(report.pdf_report, report.signed_url);
  await refused(409, iddv.createAttempt(made.id, { document_front }));
  const gone = await iddv.anonymizeIDDocumentVerification(made.id);
  assert.deepEqual([gone.status, gone.document], ['approved', undefined]);
}

/** A picture of a passport proves no address. */
async function addresses(cko, applicant, user_journey_id) {
  const adv = cko.identities.addressDocumentVerifications;
  const made = await adv.createAddressDocumentVerification({ applicant_id: applicant, user_journey_id });
  assert.match(made.id, /^adv_/);
  assert.equal(made.status, 'created');
  const document = (await readFile(`${process.env.SAMPLE}/passport.jpg`)).toString('base64');
  const attempt = await adv.createAttempt(made.id, { document });
  const done = await settled((id) => adv.getAddressDocumentVerification(id), made.id);
  assert.deepEqual([done.status, codes(done)], ['declined', [62102]]);
  const listed = await adv.listAttempts(made.id);
  assert.deepEqual([listed.total_count, listed.data[0].id], [1, attempt.id]);
  assert.equal((await adv.getAttempt(made.id, attempt.id)).status, 'completed');
  const report = await adv.getPDFReport(made.id);
  assert.equal(report.pdf_report, report.signed_url);
  const gone = await adv.anonymizeAddressDocumentVerification(made.id);
  assert.deepEqual([gone.status, codes(gone)], ['declined', [62102]]);
}

/** No list was imported, so nobody is cleared. */
async function screened(cko, applicant) {
  const aml = cko.identities.amlScreenings;
  const search_parameters = { configuration_identifier: 'iscr_standard' };
  const made = await aml.createAMLVerification({ applicant_id: applicant, search_parameters, monitored: false });
  assert.deepEqual([made.applicant_id, made.monitored, made.search_parameters], [applicant, false, search_parameters]);
  const done = await settled((id) => aml.getAMLScreening(id), made.id);
  assert.equal(done.status, 'review_required');
}

/** Takes messages, and refuses those that are not signed as they should be. */
async function receiver(isSigned) {
  const messages = [];
  const listening = createServer(async (request, answer) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const good = isSigned(request.headers['cko-signature'], body);
    if (good) messages.push(JSON.parse(body.toString()));
    answer.writeHead(good ? 200 : 401).end();
  });
  await new Promise((done) => listening.listen(0, '127.0.0.1', done));
  const until = async (count) => {
    for (let i = 0; messages.length < count; i++) {
      assert.ok(i < 600, `${messages.length} messages of ${count}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    return messages.at(-1);
  };
  return { url: `http://127.0.0.1:${listening.address().port}/hooks`, messages, until, close: () => listening.close() };
}

async function workflows(cko, applicant) {
  const flows = cko.workflows;
  const key = '8V8x0dLK%AyD*DNS8JJr';
  const to = await receiver((sent, body) => sent === createHmac('sha256', key).update(body).digest('hex'));
  const types = ['identity_verification_created'];
  const action = (url) => ({ type: 'webhook', url, headers: {}, signature: { method: 'HMACSHA256', key } });
  const condition = { type: 'event', events: { identity_verification: types } };
  const verification = { applicant_id: applicant, declared_data: { name } };
  const older = await cko.identities.identityVerifications.createIdentityVerification(verification);
  const made = await flows.add({ name: 'SDK', active: true, conditions: [condition], actions: [action(to.url)] });
  assert.match(made.id, /^wf_/);
  assert.ok((await flows.getAll()).data.some((one) => one.id === made.id));
  const read = await flows.get(made.id);
  assert.deepEqual([read.name, read.active, read.actions[0].signature.key], ['SDK', true, '8V8x0***************']);
  assert.equal((await flows.patch(made.id, { name: 'SDK, renamed' })).name, 'SDK, renamed');
  const second = await flows.addAction(made.id, action('https://example.com/hooks'));
  const moved = await flows.updateAction(made.id, second.id, action('https://example.com/others'));
  assert.equal(moved.url, 'https://example.com/others');
  await flows.removeAction(made.id, second.id);
  await refused(404, flows.removeAction(made.id, second.id));
  const extra = await flows.addCondition(made.id, { type: 'entity', entities: ['ent_1'] });
  const other = await flows.updateCondition(made.id, extra.id, { type: 'entity', entities: ['ent_2'] });
  assert.deepEqual(other.entities, ['ent_2']);
  await flows.removeCondition(made.id, extra.id);
  const { conditions, actions } = await flows.get(made.id);
  assert.deepEqual([conditions.length, actions.length], [1, 1]);
  assert.ok((await flows.getEventTypes()).some((source) => source.events.some((event) => event.id === types[0])));

  await flows.test(made.id, { event_types: types });
  assert.equal((await to.until(1)).data.test, true);
  const subject = await cko.identities.identityVerifications.createIdentityVerification(verification);
  const message = await to.until(2);
  assert.equal(message.data.identity_verification_id, subject.id);
  const sent = await settled(async (id) => {
    const told = await flows.getActionInvocations(id, actions[0].id);
    return told.status === 'pending' ? { status: going[0] } : told;
  }, message.id);
  assert.deepEqual([sent.status, sent.action_invocations[0].result_details.status_code], ['successful', 200]);
  assert.equal((await flows.getEvent(message.id)).data.identity_verification_id, subject.id);
  const event = (await flows.getSubjectEvents(older.id)).data[0].id;
  for (const reflow of [
    () => flows.reflowByEvent(event),
    () => flows.reflowByEventAndWorkflow(event, made.id),
    () => flows.reflowEventsByEventAndWorkflowIds([event], [made.id]),
    () => flows.reflowEventsBySubjectAndWorkflowIds([older.id], [made.id]),
    () => flows.reflowBySubject(older.id),
    () => flows.reflowBySubjectAndWorkflow(older.id, made.id),
  ]) {
    const count = to.messages.length;
    await reflow();
    assert.equal((await to.until(count + 1)).id, event);
  }
  await flows.remove(made.id);
  await refused(404, flows.get(made.id));
  to.close();
}

/** The native format: its signature is checked with the organization's public key. */
async function native(cko) {
  const headers = { authorization: `Bearer ${process.env.API_KEY}` };
  const answer = await fetch(`${server}/workflows/signing-keys`, { headers });
  const [{ id, public_key }] = (await answer.json()).data;
  const to = await receiver((sent, body) => {
    const [time, name, signature] = sent.split(':');
    const signed = Buffer.concat([Buffer.from(`${time}:`), body]);
    return name === id && verify('sha512', signed, public_key, Buffer.from(signature, 'base64'));
  });
  const actions = [{ type: 'webhook', url: to.url, format: 'native' }];
  const made = await cko.workflows.add({ name: 'Native', conditions: [], actions });
  await cko.workflows.test(made.id, { event_types: ['identity_verification_created'] });
  const message = await to.until(1);
  assert.deepEqual([message.specversion, message.type], ['2.0', 'identity_verification_created']);
  assert.equal(message.subject, message.data.identity_verification_id);
  await cko.workflows.remove(made.id);
  to.close();
}

const there = new Set();
const called = new Set();

/** The SDK, with a note of every call that it has and of every one that is made. */
function watched(cko) {
  const watch = (name, client) => {
    for (const call of Object.getOwnPropertyNames(Object.getPrototypeOf(client))) {
      if (call !== 'constructor') there.add(`${name}.${call}`);
    }
    return new Proxy(client, {
      get(of, call) {
        if (there.has(`${name}.${String(call)}`)) called.add(`${name}.${String(call)}`);
        const value = Reflect.get(of, call);
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
  };
  const nouns = [
    'applicants',
    'identityVerifications',
    'faceAuthentications',
    'idDocumentVerifications',
    'addressDocumentVerifications',
    'amlScreenings',
  ];
  const identities = Object.fromEntries(nouns.map((noun) => [noun, watch(noun, cko.identities[noun])]));
  return { identities, workflows: watch('workflows', cko.workflows) };
}

const all = {
  fetch: watched(byKey()),
  axios: watched(byKey('axios')),
  'an access token': watched(byToken()),
};
for (const [by, cko] of Object.entries(all)) {
  const applicant = await applicants(cko);
  await opened(cko, applicant);
  await workflows(cko, applicant);
  console.log(`ok: by ${by}: applicants, opened and refused, workflows`);
}
const applicant = await applicants(all.fetch);
const verification = await verified(all.axios, all.fetch, applicant);
console.log('ok: approved');
await authenticated(all.fetch, applicant, verification);
console.log('ok: authenticated');
const { user_journey_id } = await all.axios.identities.identityVerifications.getIdentityVerification(verification);
await documents(all.axios, applicant, user_journey_id);
await addresses(all.fetch, applicant, user_journey_id);
console.log('ok: documents');
await screened(all.axios, applicant);
console.log('ok: AML screening');
await native(all.axios);
console.log('ok: native webhooks');
await erased(all.fetch, applicant, verification);
console.log('ok: erased');
const leftOut = [...there].filter((call) => !called.has(call));
assert.deepEqual(leftOut, []);
console.log(`ok: all ${there.size} calls`);
