// The same way as flow.py goes, through a client whose types openapi-typescript made of our document of the VerifyHQ
// API: by a card alone, by a human's decision, and by a face that is not alive.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import createClient from "openapi-fetch";

import type { components, paths } from "./verifyhq.d.ts";

type Schemas = components["schemas"];
type Verification = Schemas["IdentityVerification"];

const { BASE_URL = "", API_KEY = "", SAMPLE = "" } = process.env;
// Of the person, each another one, and none shows what a challenge asks for.
const PHOTOS = ["portrait.jpg", "passport.jpg", "card_front.jpg"];

const client = createClient<paths>({ baseUrl: BASE_URL, headers: { "X-API-Key": API_KEY } });

/** What was answered, or the refusal as an error. */
async function ok<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<NonNullable<T>> {
  const { data, error, response } = await asked;
  assert.ok(response.ok && data, `${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

async function refused(asked: Promise<{ error?: Schemas["ErrorBody"] }>, status: number): Promise<void> {
  assert.equal((await asked).error?.statusCode, status);
}

/** As a form's part: the document says of a file that it is a string. */
async function file(name: string): Promise<string> {
  return new Blob([new Uint8Array(await readFile(`${SAMPLE}/${name}`))], { type: "image/jpeg" }) as unknown as string;
}

function form(body: Record<string, unknown>): FormData {
  const parts = new FormData();
  for (const [name, value] of Object.entries(body)) parts.append(name, value as string | Blob);
  return parts;
}

async function isJpeg(asked: Promise<{ data?: ArrayBuffer }>): Promise<void> {
  const { data } = await asked;
  assert.ok(data && Buffer.from(data).subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])));
}

/** Of a new user; whoever starts again gets the same. */
async function started(tier: Schemas["Tier"]): Promise<Verification> {
  const body = { userId: `typescript-${randomUUID()}`, tier };
  const made = await ok(client.POST("/verifications/identity", { body }));
  assert.deepEqual(await ok(client.POST("/verifications/identity", { body })), made);
  assert.deepEqual([made.status, made.overallStatus], ["PENDING", "PENDING"]);
  return made;
}

function read(id: string): Promise<Verification> {
  return ok(client.GET("/verifications/identity/{id}", { params: { path: { id } } }));
}

/** Once the checks are done. */
async function decided(id: string): Promise<Verification> {
  for (let tries = 0; ; tries++) {
    const now = await read(id);
    if ((now.status !== "PENDING" && now.status !== "IN_PROGRESS") || tries === 600) return now;
    await sleep(100);
  }
}

async function document(userId: string, documentType: Schemas["DocumentKind"], front: string, back?: string) {
  const sides = { frontImage: await file(front), ...(back && { backImage: await file(back) }) };
  const body = { userId, documentType, documentCountry: "US", ...sides };
  return ok(client.POST("/verifications/document", { body, bodySerializer: form }));
}

function review(id: string, decision: Schemas["ReviewDecision"]) {
  const body = { decision, reviewedBy: "admin_john", reviewNotes: "All fields match." };
  return client.POST("/verifications/identity/{id}/review", { params: { path: { id } }, body });
}

function restart(id: string) {
  return client.POST("/verifications/identity/{id}/restart", { params: { path: { id } } });
}

async function aCardAlone(): Promise<void> {
  const { id, userId, steps } = await started("BASIC");
  assert.equal(steps.liveness, "NOT_REQUIRED");
  const taken = await document(userId, "ID_CARD", "card_front.jpg", "card_back.jpg");
  const done = await decided(id);
  assert.deepEqual([done.status, done.documentVerificationId], ["VERIFIED", taken.id]);
  assert.ok(done.completedAt && (done.overallScore ?? 0) > 0.5);
  const params = { path: { id: taken.id } };
  const card = await ok(client.GET("/verifications/document/{id}", { params }));
  assert.equal(card.status, "VERIFIED");
  const { fullName, dateOfBirth, documentNumber, expiryDate, nationality } = card.extractedData ?? {};
  assert.ok(fullName?.includes("HYTHLODAY") && documentNumber && expiryDate);
  assert.deepEqual([dateOfBirth, nationality], ["1978-02-07", "UTO"]);
  await isJpeg(client.GET("/verifications/document/{id}/front", { params, parseAs: "arrayBuffer" }));
  await isJpeg(client.GET("/verifications/document/{id}/back", { params, parseAs: "arrayBuffer" }));
  await refused(review(id, "REJECTED"), 409);
  await refused(restart(id), 409);
}

async function aHumanDecides(): Promise<void> {
  const { id, userId } = await started("BASIC");
  await document(userId, "ID_CARD", "passport.jpg");
  assert.equal((await decided(id)).status, "MANUAL_REVIEW", "a passport was called a card");
  assert.equal((await ok(review(id, "VERIFIED"))).status, "VERIFIED");
  assert.equal((await read(id)).status, "VERIFIED");
}

async function photosThatDoNotMove(): Promise<void> {
  const { id, userId } = await started("STANDARD");
  await document(userId, "PASSPORT", "passport.jpg");
  const session = await ok(client.POST("/verifications/liveness/session", { body: { userId } }));
  assert.equal(session.challenges.length, 2);
  const { sessionToken } = session;
  const photo = async (challengeId: string, name: string) => {
    const body = { sessionToken, challengeId, photo: await file(name) };
    return client.POST("/verifications/liveness/challenge", { body, bodySerializer: form });
  };
  await refused(photo(session.challenges[1]!.id, PHOTOS[1]!), 409);
  for (const [i, challenge] of session.challenges.entries()) {
    const progress = await ok(photo(challenge.id, PHOTOS[i]!));
    assert.equal(progress.nextStep, session.challenges[i + 1]?.id ?? "REFERENCE_SELFIE");
  }
  const body = { sessionToken, selfie: await file("selfie.jpg") };
  await ok(client.POST("/verifications/liveness/reference-selfie", { body, bodySerializer: form }));
  const done = await decided(id);
  assert.deepEqual([done.status, done.steps], ["REJECTED", { document: "VERIFIED", liveness: "FAILED" }]);
  const path = { id: done.livenessCheckId! };
  const check = await ok(client.GET("/verifications/liveness/{id}", { params: { path } }));
  assert.deepEqual([check.isAlive, check.status, !!check.failureReason], [false, "FAILED", true]);
  assert.ok((check.faceMatchScore ?? 0) > 0.5, "it is the person, as a picture");
  assert.deepEqual(check.challenges.map(({ passed }) => passed), [false, false]);
  const of = { params: { path: { ...path, challengeId: check.challenges[0]!.id } }, parseAs: "arrayBuffer" } as const;
  await isJpeg(client.GET("/verifications/liveness/{id}/challenges/{challengeId}/photo", of));

  const again = await ok(restart(id));
  assert.deepEqual([again.tier, again.status], ["STANDARD", "PENDING"]);
  await refused(restart(id), 409);
  assert.equal((await ok(review(again.id, "REJECTED"))).status, "REJECTED");
  const query = { envelope: true };
  const page = await ok(client.GET("/verifications/identity/user/{userId}", { params: { path: { userId }, query } }));
  assert.ok("pagination" in page);
  assert.deepEqual([page.data.map(({ id }) => id), page.pagination.total], [[again.id, id], 2]);
}

for (const test of [aCardAlone, aHumanDecides, photosThatDoNotMove]) {
  await test();
  console.log(`ok: ${test.name}`);
}
