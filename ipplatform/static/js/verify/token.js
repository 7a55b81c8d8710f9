// A time stamp (RFC 3161) and its signature (CMS, RFC 5652), bound to a certificate (RFC 2634, RFC 5816).

import { Refuted, equal, hex } from "./bytes.js";
import { TAG, children, expect, integer, oid, parse, time } from "./der.js";
import { digest } from "./digests.js";
import { certificateOf, decoded } from "./certificates.js";
import { hashOf, signatureIsTrue } from "./algorithms.js";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const STAMP = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const CERTIFICATE_V1 = "1.2.840.113549.1.9.16.2.12";
const CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
const SUBJECT_KEY = "2.5.29.14";

// {time, latest, hash, imprint, signer, certificates}: the token of a granted answer, its signature checked.
export async function readToken(response, file) {
  const parts = decoded(file, () => taken(response, file));
  const content = parts.content;
  if (!equal(parts.messageDigest, await digest(parts.hash, content))) throw new Refuted("time_false", { file });
  const signer = await signerOf(parts, file);
  const isTrue = await signatureIsTrue(signer.spki, parts.algorithm, parts.signature, parts.attributes, parts.hash);
  if (!isTrue) throw new Refuted("time_false", { file });
  return { ...decoded(file, () => stampOf(content, file)), signer, certificates: parts.certificates };
}

function taken(response, file) {
  const [status, token] = children(expect(parse(response), TAG.sequence));
  if (!token || integer(children(status)[0]) > 1n) throw new Refuted("time_refused", { file });
  const [type, wrapped] = children(token);
  const [, , inner, ...rest] = children(children(wrapped)[0]);
  const [innerType, innerContent] = children(inner);
  if (oid(type) !== SIGNED_DATA || oid(innerType) !== STAMP) throw new Refuted("time_refused", { file });
  const infos = children(expect(rest.at(-1), TAG.set));
  if (infos.length !== 1) throw new Refuted("time_false", { file });
  const bag = rest.find(({ tag }) => tag === 0xa0);
  const certificates = bag ? children(bag).filter(({ tag }) => tag === TAG.sequence).map(({ whole }) => certificateOf(whole, file)) : [];
  return { content: expect(children(innerContent)[0], TAG.octets).body, certificates, ...signerInfo(infos[0], file) };
}

function signerInfo(node, file) {
  const [, sid, digestAlgorithm, attributes, algorithm, signature] = children(node);
  const found = new Map();
  for (const item of children(expect(attributes, 0xa0))) {
    const [id, values] = children(item);
    if (found.has(oid(id)) || children(values).length !== 1) throw new Refuted("time_false", { file });
    found.set(oid(id), children(values)[0]);
  }
  if (!found.has(CONTENT_TYPE) || oid(found.get(CONTENT_TYPE)) !== STAMP) throw new Refuted("time_false", { file });
  // What is signed is the DER of a SET OF, not of the implicitly tagged field (RFC 5652 section 5.4).
  const signed = attributes.whole.slice();
  signed[0] = TAG.set;
  return {
    sid, algorithm, signature: expect(signature, TAG.octets).body, hash: hashOf(digestAlgorithm), attributes: signed,
    messageDigest: expect(found.get(MESSAGE_DIGEST), TAG.octets).body, bound: boundHash(found),
  };
}

// The hash of the certificate that the signature covers. ESSCertID (SHA-1) identifies one as well, RFC 5816 section 2.
function boundHash(attributes) {
  const isSecond = attributes.has(CERTIFICATE_V2);
  const value = attributes.get(isSecond ? CERTIFICATE_V2 : CERTIFICATE_V1);
  const parts = children(children(children(expect(value, TAG.sequence))[0])[0]);
  const named = isSecond && parts[0].tag === TAG.sequence ? hashOf(parts.shift()) : null;
  return { hash: named ?? (isSecond ? "SHA-256" : "SHA-1"), value: expect(parts[0], TAG.octets).body };
}

async function signerOf({ sid, certificates, bound }, file) {
  for (const certificate of certificates) {
    if (decoded(file, () => isMeant(sid, certificate)) && equal(await digest(bound.hash, certificate.der), bound.value)) return certificate;
  }
  throw new Refuted("time_signer", { file });
}

function isMeant(sid, { issuer, serial, extensions }) {
  if (sid.tag === TAG.sequence) {
    const [name, number] = children(sid);
    return equal(name.whole, issuer) && hex(number.body) === serial;
  }
  const key = extensions.get(SUBJECT_KEY);
  return key !== undefined && equal(parse(key.value).body, sid.body);
}

function stampOf(content, file) {
  const [, , imprint, , moment, ...rest] = children(expect(parse(content), TAG.sequence));
  const [algorithm, hashed] = children(imprint);
  const accuracy = rest.find(({ tag }) => tag === TAG.sequence);
  const extensions = rest.find(({ tag }) => tag === 0xa1);
  if (extensions && children(extensions).some((item) => children(item)[1].tag === TAG.boolean)) {
    throw new Refuted("malformed", { file, rule: "RFC 3161" });
  }
  const at = time(moment);
  return { time: at, latest: new Date(at.getTime() + milliseconds(accuracy)), hash: hashOf(algorithm), imprint: expect(hashed, TAG.octets).body };
}

function milliseconds(accuracy) {
  const scale = { [TAG.integer]: 1000, 0x80: 1, 0x81: 0.001 };
  const number = ({ body }) => body.reduce((sum, byte) => sum * 256 + byte, 0);
  return accuracy ? children(accuracy).reduce((sum, part) => sum + number(part) * scale[part.tag], 0) : 0;
}
