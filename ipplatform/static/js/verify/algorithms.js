// Which signatures of authorities WebCrypto verifies, and until when each algorithm may carry evidence.
// The ends are those of the command's table (NIST IR 8547, BSI TR-02102-1).

import { Unusable } from "./bytes.js";
import { TAG, bits, children, integer, oid, parse } from "./der.js";
import { ecdsa, ecdsaKey, ed25519 } from "./keys.js";

export const HASHES = { "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const RSA = { "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512" };
const ECDSA = { "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512" };
const CURVES = {
  "1.2.840.10045.3.1.7": { curve: "P-256", width: 32 },
  "1.3.132.0.34": { curve: "P-384", width: 48 },
  "1.3.132.0.35": { curve: "P-521", width: 66 },
};
const RSA_KEY = "1.2.840.113549.1.1.1";
const PSS = "1.2.840.113549.1.1.10";
const ED25519 = "1.3.101.112";
const SHORT_RSA_ENDS = new Date("2030-12-31T23:59:59Z");
const ENDS = new Date("2035-12-31T23:59:59Z");

export function hashOf(algorithm) {
  const id = oid(children(algorithm)[0]);
  if (!HASHES[id]) throw new Unusable("algorithm", { algorithm: id });
  return HASHES[id];
}

// `algorithm` is an AlgorithmIdentifier; `digestName` the hash of a CMS signature whose algorithm names none.
export async function signatureIsTrue(spki, algorithm, signature, message, digestName = "SHA-256") {
  const [id, parameters] = children(algorithm);
  const name = oid(id);
  if (ECDSA[name]) return ellipticIsTrue(spki, ECDSA[name], signature, message);
  if (RSA[name] || name === RSA_KEY) return rsaIsTrue(spki, RSA[name] ?? digestName, signature, message);
  if (name === PSS) return pssIsTrue(spki, parameters, signature, message);
  if (name === ED25519) return ed25519(keyBits(spki), signature, message);
  throw new Unusable("algorithm", { algorithm: name });
}

const keyBits = (spki) => bits(children(parse(spki))[1]);

async function ellipticIsTrue(spki, hash, signature, message) {
  const [, curveId] = children(children(parse(spki))[0]);
  const found = CURVES[oid(curveId)];
  const key = found && (await ecdsaKey(spki, found.curve));
  if (!key) throw new Unusable("algorithm", { algorithm: found?.curve ?? oid(curveId) });
  return ecdsa(key, hash, found.width, signature, message);
}

async function rsaIsTrue(spki, hash, signature, message) {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
  return crypto.subtle.verify(algorithm, await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]), signature, message);
}

async function pssIsTrue(spki, parameters, signature, message) {
  const named = new Map(children(parameters).map((item) => [item.tag, children(item)[0]]));
  const hash = hashOf(named.get(0xa0));
  const mask = hashOf(children(named.get(0xa1))[1]);
  if (mask !== hash) throw new Unusable("algorithm", { algorithm: `RSASSA-PSS ${hash}, MGF1 ${mask}` });
  const saltLength = Number(integer(named.get(0xa2)));
  const key = await crypto.subtle.importKey("spki", spki, { name: "RSA-PSS", hash }, false, ["verify"]);
  return crypto.subtle.verify({ name: "RSA-PSS", saltLength }, key, signature, message);
}

// Until when a key of this kind may carry evidence; throws Unusable for one that may not at all.
export function endOf(spki) {
  const [algorithm, key] = children(parse(spki));
  if (![RSA_KEY, PSS].includes(oid(children(algorithm)[0]))) return ENDS;
  const modulus = children(parse(bits(key)))[0];
  if (modulus.tag !== TAG.integer) throw new Unusable("algorithm", { algorithm: "RSA" });
  const size = integer(modulus).toString(2).length;
  if (size < 2048) throw new Unusable("algorithm", { algorithm: `RSA ${size}` });
  return size >= 3072 ? ENDS : SHORT_RSA_ENDS;
}
