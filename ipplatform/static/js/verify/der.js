// A reader of DER (X.690), as much as keys, signatures, certificates and time stamps need.

export class DerError extends Error {}

export const TAG = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, enumerated: 0x0a, sequence: 0x30, set: 0x31 };

// {tag, body, whole}: one value, which must fill `data`.
export function parse(data) {
  const found = next(data, 0);
  if (found.end !== data.length) throw new DerError("bytes after the value");
  return found;
}

// The values inside a constructed one.
export function children(node) {
  const found = [];
  for (let at = 0; at < node.body.length; ) {
    const child = next(node.body, at);
    found.push(child);
    at = child.end;
  }
  return found;
}

function next(data, at) {
  const tag = data[at];
  let length = data[at + 1];
  let start = at + 2;
  if (length === undefined || (tag & 0x1f) === 0x1f) throw new DerError("cut short");
  if (length >= 0x80) {
    const many = length & 0x7f;
    if (many === 0 || many > 4) throw new DerError("a length that is not DER");
    length = data.subarray(start, start + many).reduce((sum, byte) => sum * 256 + byte, 0);
    start += many;
    if (length < 0x80 || length < 256 ** (many - 1)) throw new DerError("a length that is not DER");
  }
  const end = start + length;
  if (end > data.length) throw new DerError("cut short");
  return { tag, body: data.subarray(start, end), whole: data.subarray(at, end), end };
}

export function expect(node, tag) {
  if (node?.tag !== tag) throw new DerError("another type than expected");
  return node;
}

export function oid(node) {
  const [first, ...rest] = expect(node, TAG.oid).body;
  const parts = [Math.min(Math.floor(first / 40), 2)];
  parts.push(first - parts[0] * 40);
  let number = 0;
  for (const byte of rest) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(number);
      number = 0;
    }
  }
  return parts.join(".");
}

export const integer = (node) => expect(node, TAG.integer).body.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

export function bits(node) {
  if (expect(node, TAG.bits).body[0] !== 0) throw new DerError("bits that are no whole bytes");
  return node.body.subarray(1);
}

// UTCTime or GeneralizedTime, both in UTC with seconds.
export function time(node) {
  const text = String.fromCharCode(...node.body);
  const short = node.tag === 0x17 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) : null;
  const long = node.tag === 0x18 ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(text) : null;
  if (!short && !long) throw new DerError("a time that is not DER");
  const [year, month, day, hour, minute, second] = (short ?? long).slice(1, 7).map(Number);
  const whole = short ? year + (year < 50 ? 2000 : 1900) : year;
  return new Date(Date.UTC(whole, month - 1, day, hour, minute, second) + Number(long?.[7] ?? 0) * 1000);
}

// [r, s], each of `width` bytes; null unless the bytes are a signature's DER.
export function ecdsaPair(signature, width) {
  try {
    const numbers = children(expect(parse(signature), TAG.sequence));
    return numbers.length === 2 ? numbers.map((number) => coordinate(number, width)) : null;
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

function coordinate(node, width) {
  const { body } = expect(node, TAG.integer);
  const padded = body.length > 1 && body[0] === 0;
  if (!body.length || body[0] >= 0x80 || (padded && body[1] < 0x80)) throw new DerError("not a positive number");
  const raw = padded ? body.subarray(1) : body;
  if (raw.length > width) throw new DerError("too long");
  const found = new Uint8Array(width);
  found.set(raw, width - raw.length);
  return found;
}
