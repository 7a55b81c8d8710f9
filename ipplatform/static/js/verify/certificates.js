// Certificates and revocation lists (RFC 5280), as much as a time stamp's path to its root needs.

import { Refuted, Unusable, equal, fromBase64, hex } from "./bytes.js";
import { DerError, TAG, bits, children, expect, integer, oid, parse, time } from "./der.js";
import { signatureIsTrue } from "./algorithms.js";

const CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED = "2.5.29.37";
const STAMPING = "1.3.6.1.5.5.7.3.8";
const KNOWN = new Set([CONSTRAINTS, KEY_USAGE, EXTENDED, "2.5.29.32", "2.5.29.17"]);
const ISSUING_POINT = "2.5.29.28";
const LONGEST_PATH = 8;

// Every certificate in PEM; throws Unusable for other contents.
export const certificatesIn = (text, file) => blocks(text, "CERTIFICATE", file).map((der) => certificateOf(der, file));

function blocks(text, kind, file) {
  const found = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END \1-----/g)];
  if (!found.length || found.some(([, name]) => name !== kind)) throw new Unusable("pem", { file, kind });
  return found.map(([, , body]) => fromBase64(body.replace(/\s/g, ""), file));
}

export function certificateOf(der, file) {
  return decoded(file, () => {
    const whole = parse(der);
    const [tbs, algorithm, signature] = children(expect(whole, TAG.sequence));
    const parts = children(tbs);
    if (parts[0].tag === 0xa0) parts.shift();
    const [serial, , issuer, validity, subject, spki, ...rest] = parts;
    const [begins, ends] = children(validity).map(time);
    return {
      der, tbs: tbs.whole, algorithm, signature: bits(signature), serial: hex(serial.body), issuer: issuer.whole,
      subject: subject.whole, name: nameOf(subject), begins, ends, spki: spki.whole,
      extensions: extensionsOf(rest.find(({ tag }) => tag === 0xa3)),
    };
  });
}

export function decoded(file, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError || error instanceof TypeError) throw new Refuted("malformed", { file, rule: "X.690 DER" });
    throw error;
  }
}

function extensionsOf(node) {
  const found = new Map();
  for (const item of node ? children(children(node)[0]) : []) {
    const [id, second, third] = children(item);
    const critical = second.tag === TAG.boolean && second.body[0] !== 0;
    found.set(oid(id), { critical, value: expect(third ?? second, TAG.octets).body });
  }
  return found;
}

// The common name, else everything in the name.
function nameOf(subject) {
  const pairs = children(subject).flatMap((set) => children(set)).map((pair) => children(pair));
  const common = pairs.filter(([id]) => oid(id) === "2.5.4.3");
  return (common.length ? common : pairs).map(([, text]) => new TextDecoder().decode(text.body)).join(", ");
}

// RFC 3161 section 2.3: for time stamping alone, and critical.
export function isForStamping({ extensions }) {
  const usage = extensions.get(EXTENDED);
  if (!usage?.critical) return false;
  const purposes = children(parse(usage.value)).map(oid);
  const allowed = extensions.get(KEY_USAGE);
  const maySign = !allowed || (parse(allowed.value).body[1] & 0xc0) !== 0;
  return purposes.length === 1 && purposes[0] === STAMPING && maySign;
}

function mayIssue({ extensions }, below) {
  const constraints = extensions.get(CONSTRAINTS);
  const [ca, length] = constraints ? children(parse(constraints.value)) : [];
  if (ca?.tag !== TAG.boolean || ca.body[0] === 0 || (length && integer(length) < BigInt(below))) return false;
  const usage = extensions.get(KEY_USAGE);
  return !usage || (parse(usage.value).body[1] & 0x04) !== 0;
}

const isValidAt = ({ begins, ends }, moment) => begins <= moment && moment <= ends;
const isUnderstood = ({ extensions }) => [...extensions].every(([id, { critical }]) => !critical || KNOWN.has(id));

// Signer first, root last; null without a path in which all was valid at `moment`. `roots` are trusted by their bytes.
export async function pathTo(roots, signer, others, moment, path = [signer]) {
  const last = path.at(-1);
  if (path.length > LONGEST_PATH || !isValidAt(last, moment) || !isUnderstood(last)) return null;
  if (roots.some(({ der }) => equal(der, last.der))) return path;
  for (const issuer of [...roots, ...others]) {
    if (!equal(issuer.subject, last.issuer) || path.includes(issuer) || !mayIssue(issuer, path.length - 1)) continue;
    if (!(await signatureIsTrue(issuer.spki, last.algorithm, last.signature, last.tbs))) continue;
    const found = await pathTo(roots, signer, others, moment, [...path, issuer]);
    if (found) return found;
  }
  return null;
}

export const listsIn = (text, file) => blocks(text, "X509 CRL", file).map((der) => listOf(der, file));

function listOf(der, file) {
  return decoded(file, () => {
    const [tbs, algorithm, signature] = children(expect(parse(der), TAG.sequence));
    const parts = children(tbs);
    if (parts[0].tag === TAG.integer) parts.shift();
    const [, issuer, begins, ends, ...rest] = parts;
    const revoked = rest.find(({ tag }) => tag === TAG.sequence);
    const critical = [...extensionsOf(rest.find(({ tag }) => tag === 0xa0))].filter(([, item]) => item.critical);
    return {
      tbs: tbs.whole, algorithm, signature: bits(signature), issuer: issuer.whole, begins: time(begins), ends: time(ends),
      understood: critical.every(([id, { value }]) => id === ISSUING_POINT && children(parse(value)).every(({ tag }) => tag === 0xa0)),
      revoked: revoked ? children(revoked).map((item) => children(item)).map(([serial, since]) => ({ serial: hex(serial.body), since: time(since) })) : [],
    };
  });
}

// Every certificate below the root stands, not revoked, under a list of its issuer that was current at `moment`.
export async function requireUnrevoked(path, lists, moment, file) {
  for (const [place, certificate] of path.slice(0, -1).entries()) {
    const current = await currentList(path[place + 1], lists, moment);
    if (!current) throw new Refuted("time_list", { file, name: certificate.name });
    if (current.revoked.some(({ serial, since }) => serial === certificate.serial && since <= moment)) {
      throw new Refuted("time_revoked", { file, name: certificate.name });
    }
  }
}

async function currentList(issuer, lists, moment) {
  for (const list of lists) {
    if (!equal(list.issuer, issuer.subject) || !isValidAt(list, moment) || !list.understood) continue;
    if (await signatureIsTrue(issuer.spki, list.algorithm, list.signature, list.tbs)) return list;
  }
  return null;
}
