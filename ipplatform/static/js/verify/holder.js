// The holder's own signatures over the manifest: with an uploaded key, or a passkey (WebAuthn level 3 section 7.2).

import { Refuted, bytesOf, equal, fromBase64, hex, join, textOf, toBase64 } from "./bytes.js";
import { isObject, parseCanonical } from "./canonical.js";
import { digest } from "./digests.js";
import { publicKey } from "./keys.js";

const FOLDER = "filing/submitter";
const DESCRIPTION = `${FOLDER}.json`;
const NAME = /^filing\/submitter\.(?:json|\d{3}\.(?:sig|spki\.pem|authenticator-data|client-data\.json))$/;
const PRESENT_AND_VERIFIED = 0x05;

export async function* holderChecks(bundle, manifest, origin) {
  const names = bundle.names.filter((name) => name.startsWith(`${FOLDER}.`));
  if (!names.length) {
    yield { part: "holder", check: "holder_none", remark: true };
    return;
  }
  const context = `${origin}/holder-signature/v1\n`;
  const signed = join(bytesOf(context), manifest);
  const expected = new Set([DESCRIPTION]);
  for (const [place, entry] of (await described(bundle, names, context)).entries()) {
    const stem = `${FOLDER}.${String(place + 1).padStart(3, "0")}`;
    yield await signature(bundle, stem, entry, signed);
    const ends = ["sig", "spki.pem", ...(entry.kind === "passkey" ? ["authenticator-data", "client-data.json"] : [])];
    ends.forEach((end) => expected.add(`${stem}.${end}`));
  }
  const odd = names.find((name) => !expected.has(name));
  if (odd) throw new Refuted("holder_odd", { file: odd });
}

async function described(bundle, names, context) {
  const odd = names.find((name) => !NAME.test(name));
  if (odd || !bundle.has(DESCRIPTION)) throw new Refuted("holder_odd", { file: odd ?? DESCRIPTION });
  const value = parseCanonical(await bundle.read(DESCRIPTION), DESCRIPTION);
  const found = isObject(value) ? value.signatures : null;
  if (!Array.isArray(found) || !found.length || !found.every(isObject)) throw new Refuted("holder_odd", { file: DESCRIPTION });
  if (value.context !== context) throw new Refuted("holder_context");
  return found;
}

async function signature(bundle, stem, entry, signed) {
  for (const end of ["sig", "spki.pem"]) {
    if (!bundle.has(`${stem}.${end}`)) throw new Refuted("file_missing", { file: `${stem}.${end}` });
  }
  const spki = fromPem(textOf(await bundle.read(`${stem}.spki.pem`), `${stem}.spki.pem`));
  const key = spki && (await publicKey(spki));
  const sha256 = spki && hex(await digest("SHA-256", spki));
  if (!key || key.algorithm !== entry.algorithm || sha256 !== entry.key_sha256) {
    throw new Refuted("holder_key", { file: `${stem}.spki.pem` });
  }
  const facts = { file: `${stem}.sig`, person: entry.person_name, roles: entry.roles ?? [], key: sha256 };
  const raw = await bundle.read(`${stem}.sig`);
  if (entry.kind === "passkey") {
    const page = await assertion(bundle, stem, entry, key, raw, signed);
    return { part: "holder", check: "holder_passkey", facts: { ...facts, page } };
  }
  if (!(await key.verifies(raw, signed))) throw new Refuted("holder_false", { file: `${stem}.sig` });
  return { part: "holder", check: "holder_key_signed", facts };
}

// The key in the one spelling of PEM that a bundle has; null for anything else.
function fromPem(text) {
  const matched = /^-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END PUBLIC KEY-----\n$/.exec(text);
  const encoded = matched?.[1].replaceAll("\n", "") ?? "";
  if (!matched || encoded.match(/.{1,64}/g).join("\n") !== matched[1]) return null;
  return fromBase64(encoded, "PEM");
}

// The origin of the page that asked.
async function assertion(bundle, stem, entry, key, raw, signed) {
  const names = [`${stem}.authenticator-data`, `${stem}.client-data.json`];
  const absent = names.find((name) => !bundle.has(name));
  if (absent) throw new Refuted("file_missing", { file: absent });
  const [data, client] = await Promise.all(names.map((name) => bundle.read(name)));
  const host = String(entry.rp_id);
  const page = pageIn(textOf(client, names[1]), await digest("SHA-256", signed), names[1]);
  if (!URL.canParse(page) || new URL(page).hostname !== host) throw new Refuted("holder_host", { file: names[1] });
  if (data.length < 37 || !equal(data.slice(0, 32), await digest("SHA-256", bytesOf(host)))) {
    throw new Refuted("holder_host", { file: names[0] });
  }
  if ((data[32] & PRESENT_AND_VERIFIED) !== PRESENT_AND_VERIFIED) throw new Refuted("holder_present", { file: names[0] });
  const message = join(data, await digest("SHA-256", client));
  if (!(await key.verifies(raw, message))) throw new Refuted("holder_false", { file: `${stem}.sig` });
  return page;
}

// clientDataJSON begins as WebAuthn section 5.8.1.1 says; the origin is what follows, and no later name may change it.
function pageIn(text, challenge, file) {
  const encoded = toBase64(challenge).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const beginning = `{"type":"webauthn.get","challenge":"${encoded}","origin":"`;
  const wrong = new Refuted("holder_asked", { file });
  if (!text.startsWith(beginning)) throw wrong;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong;
  }
  const page = text.slice(beginning.length).split('"', 1)[0];
  const names = ["type", "challenge", "origin", "crossOrigin"];
  const repeated = names.some((name) => text.split(`"${name}":`).length > 2);
  if (repeated || value.origin !== page || value.crossOrigin === true) throw wrong;
  return page;
}
