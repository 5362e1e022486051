// The same way as flow.py goes, through clients whose types openapi-typescript made of our documents: asked for through
// the Athenty API, given step by step through the capture API, all eleven of them, and read through the first again.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import createClient from "openapi-fetch";

import type { components as athenty, paths as Athenty } from "./athenty.d.ts";
import type { components as capture, paths as Capture } from "./capture.d.ts";

type Requirement = athenty["schemas"]["Requirement"];
type Session = capture["schemas"]["CaptureSession"];
type Given = capture["schemas"];

const { BASE_URL = "", API_KEY = "", SAMPLE = "", MAIL = "" } = process.env;
const EMAIL = "raphael.ts@example.com";
const ALL: Requirement[] = [
  "document", "person", "location", "contact", "biometric_face", "business", "pep_hio", "financial", "consent",
  "attestation", "estate",
];
interface Said {
  person: Given["PersonStep"];
  location: Given["LocationStep"];
  contact: Given["ContactStep"];
  business: Given["BusinessStep"];
  pep_hio: Given["PepHioStep"];
  financial: Given["FinancialStep"];
  estate: Given["EstateStep"];
}
const SAID: Said = JSON.parse(await readFile(new URL("person.json", import.meta.url), "utf8"));
const SIGNATURE = { typed: "Raphael Hythloday" };
const PLACE = { latitude: 45.5, longitude: -73.6 };

const organization = createClient<Athenty>({ baseUrl: BASE_URL, headers: { "X-Api-Key": API_KEY } });

/** What was answered, or the refusal as an error. */
async function ok<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<NonNullable<T>> {
  const { data, error, response } = await asked;
  assert.ok(response.ok && data, `${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

async function picture(name: string): Promise<Buffer> {
  return readFile(`${SAMPLE}/${name}`);
}

/** As a form's part: the document says of a file that it is a string. */
async function file(name: string): Promise<string> {
  return new Blob([new Uint8Array(await picture(name))], { type: "image/jpeg" }) as unknown as string;
}

function form(body: Record<string, unknown>): FormData {
  const parts = new FormData();
  for (const [name, value] of Object.entries(body)) parts.append(name, value as string | Blob);
  return parts;
}

async function mails(): Promise<string[]> {
  const lines = (await readFile(MAIL, "utf8").catch(() => "")).split("\n").slice(0, -1);
  const all: { to: string[]; text: string }[] = lines.map((line) => JSON.parse(line));
  return all.filter((mail) => mail.to.includes(EMAIL)).map((mail) => mail.text);
}

/** What the pattern finds in a mail to the person that came after so many. */
async function mail(after: number, pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    for (const text of (await mails()).slice(after)) {
      const found = pattern.exec(text)?.[1];
      if (found) return found;
    }
    await sleep(100);
  }
  throw new Error(`no mail to ${EMAIL} has ${pattern}`);
}

function stepOf(session: Session, kind: string): Given["CaptureStep"] {
  const step = session.steps.find((step) => step.kind === kind);
  assert.ok(step, `a step ${kind}`);
  return step;
}

/** The person's: it has the token of one session. */
class Device {
  #client;

  constructor(token: string) {
    this.#client = createClient<Capture>({ baseUrl: BASE_URL, headers: { Authorization: `Bearer ${token}` } });
  }

  session(): Promise<Session> {
    return ok(this.#client.GET("/capture/session"));
  }

  async consent(): Promise<void> {
    assert.equal((await this.session()).next, "session_consent");
    await ok(this.#client.POST("/capture/session/consent", { body: { given: true, language: "en" } }));
  }

  async draft(text: Record<string, string>): Promise<void> {
    const params = { path: { kind: "person" } } as const;
    const { response } = await this.#client.PUT("/capture/steps/{kind}/draft", { params, body: text });
    assert.equal(response.status, 204);
    assert.deepEqual(stepOf(await this.session(), "person").draft, text);
  }

  /** Does what is wanted next until everything is there; in which order that was. */
  async giveAll(): Promise<string[]> {
    const asked: string[] = [];
    for (;;) {
      const { next } = await this.session();
      if (next === "submit") return asked;
      assert.ok(next && !asked.includes(next), `${next} is wanted twice`);
      asked.push(next);
      const { state } = stepOf(await this.give(next), next);
      assert.equal(state, next === "document" || next === "biometric_face" ? "in_progress" : "submitted");
    }
  }

  async give(kind: string): Promise<Session> {
    switch (kind) {
      case "document":
        return this.document();
      case "biometric_face":
        return this.face();
      case "person":
        return ok(this.#client.PUT("/capture/steps/person", { body: SAID.person }));
      case "location":
        return ok(this.#client.PUT("/capture/steps/location", { body: SAID.location }));
      case "contact":
        await this.confirmMail();
        return ok(this.#client.PUT("/capture/steps/contact", { body: { ...SAID.contact, email: EMAIL } }));
      case "business":
        return ok(this.#client.PUT("/capture/steps/business", { body: SAID.business }));
      case "pep_hio":
        return ok(this.#client.PUT("/capture/steps/pep_hio", { body: SAID.pep_hio }));
      case "financial":
        return ok(this.#client.PUT("/capture/steps/financial", { body: SAID.financial }));
      case "consent":
        return ok(this.#client.PUT("/capture/steps/consent", { body: await this.yes(kind) }));
      case "attestation":
        return ok(this.#client.PUT("/capture/steps/attestation", { body: await this.yes(kind) }));
      case "estate": {
        const bodySerializer = form;
        const body = { image: await file("card_front.jpg") };
        await ok(this.#client.POST("/capture/steps/estate/death_certificate", { body, bodySerializer }));
        await ok(this.#client.POST("/capture/steps/estate/proof_of_authority", { body, bodySerializer }));
        return ok(this.#client.PUT("/capture/steps/estate", { body: SAID.estate }));
      }
      default:
        throw new Error(`${kind} is no step`);
    }
  }

  /** To the text as it is shown. */
  async yes(kind: string): Promise<Given["AnswerStep"]> {
    const { text } = stepOf(await this.session(), kind);
    assert.ok(text);
    return { text_version: text.text_version, language: text.language, agreed: true, signature: SIGNATURE };
  }

  async document(): Promise<Session> {
    const body = {
      image: await file("passport.jpg"), document_type: "passport" as const, latitude: "45.5", longitude: "-73.6",
    };
    const session = await ok(this.#client.POST("/capture/steps/document/front", { body, bodySerializer: form }));
    assert.deepEqual(stepOf(session, "document").pictures, ["document_front"]);
    return session;
  }

  async face(): Promise<Session> {
    const opened = await ok(this.#client.POST("/capture/steps/biometric_face/challenge", { body: PLACE }));
    assert.deepEqual(opened.movements, [], "frames alone are judged");
    const frames = [{ image: (await picture("selfie.jpg")).toString("base64"), at_ms: 900 }];
    return ok(this.#client.POST("/capture/steps/biometric_face", { body: { frames, ...PLACE } }));
  }

  async confirmMail(): Promise<void> {
    const before = (await mails()).length;
    const sent = await ok(this.#client.POST("/capture/steps/contact/code", { body: { channel: "email", to: EMAIL } }));
    assert.ok(!sent.sent_to.includes(EMAIL));
    const code = await mail(before, /\b(\d{6})\b/);
    const wrong = ((Number(code) + 1) % 1_000_000).toString().padStart(6, "0");
    const confirm = (code: string) =>
      this.#client.POST("/capture/steps/contact/code/confirm", { body: { channel: "email", code } });
    const refused = await confirm(wrong);
    assert.deepEqual([refused.error?.status, refused.error?.errors?.[0]?.field], [400, "code"]);
    assert.deepEqual(stepOf(await ok(confirm(code)), "contact").confirmed, ["email"]);
  }

  async handIn(): Promise<void> {
    const done = await ok(this.#client.POST("/capture/session/submit"));
    assert.equal(done.outcome, "done");
    const { error } = await this.#client.GET("/capture/session");
    assert.equal(error?.status, 410);
  }
}

type Detail = athenty["schemas"]["RequestDetail"];

function read(id: string): Promise<Detail> {
  return ok(organization.GET("/v2/api/requests/{id}", { params: { path: { id } } }));
}

function checkDocumentAndFace(read: Detail): void {
  assert.deepEqual([read.identity?.lastName, read.identity?.birthDate], ["HYTHLODAY", "1978-02-07"]);
  assert.equal(read.documents.length, 1);
  const [document] = read.documents;
  assert.deepEqual([document?.type, document?.frontGiven, document?.backGiven], ["passport", true, false]);
  const number = (source: string) =>
    document?.fields.find((field) => field.name === "document_number" && field.source === source)?.value;
  assert.ok(number("mrz"));
  assert.equal(number("mrz"), number("visual"));
  assert.deepEqual(document?.mismatches, []);
  const match = read.biometrics?.faceMatch;
  assert.equal(match?.outcome, "clear");
  assert.ok((match.score ?? 0) >= (match.threshold ?? 1));
  const { total, threshold, breakdown } = read.score!;
  const sum = (name: "points" | "weight") => breakdown.reduce((sum, part) => sum + part[name], 0);
  assert.ok(Math.abs(sum("points") / sum("weight") - total!) < 1e-6, "the breakdown adds up");
  assert.ok(total! >= threshold);
}

/** By the token that is shown once: approved without a human. */
async function documentAndFace(): Promise<void> {
  const requirements: Requirement[] = ["document", "biometric_face"];
  const body = { type: "idv" as const, requirements, subjectName: "Raphael Hythloday" };
  const made = await ok(organization.POST("/v2/api/requests", { body }));
  const device = new Device(made.accessToken);
  await device.consent();
  assert.deepEqual(await device.giveAll(), requirements);
  await device.handIn();
  const detail = await read(made.id);
  assert.equal(detail.status, "approved");
  checkDocumentAndFace(detail);
  assert.deepEqual(detail.decisions.map(({ by, outcome }) => [by, outcome]), [["machine", "approve"]]);
}

/** By the link in the mail: a brother is a mayor, so a human has to look. */
async function allEleven(): Promise<void> {
  const fields = { nameFirst: "Raphael", nameLast: "Hythloday", email: EMAIL };
  const client = await ok(organization.POST("/v2/api/clients", { body: fields }));
  const before = (await mails()).length;
  const body = {
    type: "kyc" as const, requirements: ALL, clientId: client.id, subjectName: "Raphael Hythloday", subjectEmail: EMAIL,
    expiresDays: 3, thirdParties: [{ name: "A Bank", email: "desk@example.com" }],
  };
  const made = await ok(organization.POST("/v2/api/requests", { body }));
  const link = await mail(before, /come#(lnk_\S+)/);
  const anybody = createClient<Capture>({ baseUrl: BASE_URL });
  const { token } = await ok(anybody.POST("/capture/token", { body: { link } }));
  const again = await anybody.POST("/capture/token", { body: { link } });
  assert.equal(again.error?.status, 410, "a link is good once");
  const device = new Device(token);
  assert.deepEqual((await device.session()).third_parties.map((party) => party.name), ["A Bank"]);
  await device.consent();
  await device.draft({ last_name: "Hyth" });
  assert.deepEqual(await device.giveAll(), ALL);
  await device.handIn();

  const detail = await read(made.id);
  assert.equal(detail.status, "pending_review");
  checkDocumentAndFace(detail);
  assert.equal(detail.biometrics?.livenessPassed, false, "the capture is known from before");
  assert.deepEqual(detail.steps.map(({ type, status }) => [type, status]), ALL.map((kind) => [kind, "submitted"]));
  const said = Object.fromEntries(detail.steps.map(({ type, data }) => [type, data as Record<string, unknown>]));
  for (const [kind, expected] of Object.entries(SAID)) {
    const { address: _, ...rest } = expected as Record<string, unknown>;
    assertSame(said[kind], rest, kind);
  }
  assertSame(said.contact, { email: EMAIL, address: { postal_code: "H2W 2M3" } }, "contact");
  for (const kind of ["consent", "attestation"]) {
    assertSame(said[kind], { agreed: true, language: "en", signature: SIGNATURE }, kind);
  }
  assert.deepEqual([detail.location?.latitude, detail.location?.device?.country], [45.5, "CA"]);
  assert.deepEqual([detail.clientId, detail.expiresDays], [client.id, 3]);
  assert.deepEqual(detail.thirdParties.map((party) => party.name), ["A Bank"]);
  const [decision] = detail.decisions;
  assert.equal(decision?.outcome, "review");
  assert.ok(decision.reasons?.some((why) => why.code === "family_of_office_holder"));
  assert.equal(detail.timeline[0]?.event, "created");
  const query = { clientId: client.id, status: "pending_review", search: "hythloday" };
  const page = await ok(organization.GET("/v2/api/requests", { params: { query } }));
  assert.deepEqual([page.data.map(({ id }) => id), page.pagination.total], [[made.id], 1]);
  const params = { path: { id: client.id } };
  assert.equal((await ok(organization.GET("/v2/api/clients/{id}", { params }))).requestCount, 1);
  assert.equal((await organization.DELETE("/v2/api/clients/{id}", { params })).response.status, 204);
  assert.equal((await organization.GET("/v2/api/clients/{id}", { params })).error?.code, "NOT_FOUND");
}

/** All that was said is told; what was not said may be null. */
function assertSame(told: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(told) && told.length === expected.length, where);
    expected.forEach((value, i) => assertSame(told[i], value, `${where}.${i}`));
  } else if (expected instanceof Object) {
    for (const [name, value] of Object.entries(expected)) {
      assertSame((told as Record<string, unknown>)[name], value, `${where}.${name}`);
    }
  } else {
    assert.equal(told, expected, where);
  }
}

for (const test of [documentAndFace, allEleven]) {
  await test();
  console.log(`ok: ${test.name}`);
}
