// Bytes, texts and the two ways in which a check can end before its time. Words for the codes come from the page.

export class Coded extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

// The evidence contradicts itself or the trusted keys.
export class Refuted extends Coded {}

// Nothing is decided: the file cannot be read, or something to judge it by is missing.
export class Unusable extends Coded {}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// `rule` names the public format that the file should have.
export const malformed = (file, rule) => new Refuted("malformed", { file, rule });

export const bytesOf = (text) => encoder.encode(text);

export function textOf(data, file) {
  try {
    return decoder.decode(data);
  } catch {
    throw malformed(file, "UTF-8");
  }
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const equal = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

export const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(text, file) {
  if (!/^(?:[0-9a-f]{2})+$/.test(text)) throw malformed(file, "hexadecimal");
  return Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
}

export const toBase64 = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

export function fromBase64(text, file) {
  let raw;
  try {
    raw = atob(text);
  } catch {
    throw malformed(file, "base64");
  }
  if (btoa(raw) !== text) throw malformed(file, "base64");
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

export function u64(number) {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, BigInt(number));
  return data;
}
