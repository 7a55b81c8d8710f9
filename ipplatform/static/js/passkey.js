// Asks the browser for a passkey, puts its answer into the form and sends it. The form says what to ask and in which words.

const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const toBase64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const descriptors = (list = []) => list.map((one) => ({ ...one, id: fromBase64(one.id) }));

function creation(options) {
  const user = { ...options.user, id: fromBase64(options.user.id) };
  return { ...options, challenge: fromBase64(options.challenge), user, excludeCredentials: descriptors(options.excludeCredentials) };
}

function request(options) {
  return { ...options, challenge: fromBase64(options.challenge), allowCredentials: descriptors(options.allowCredentials) };
}

function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (credential.response[name]) response[name] = toBase64(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: toBase64(credential.rawId), type: credential.type, response });
}

async function ask(form) {
  const options = JSON.parse(form.dataset.options);
  const container = navigator.credentials;
  return form.dataset.passkey === "create" ? container.create({ publicKey: creation(options) }) : container.get({ publicKey: request(options) });
}

function watch(form) {
  const state = form.querySelector("[data-passkey-state]");
  const button = form.querySelector("[type=submit]");
  const say = (words, failed) => {
    state.textContent = words;
    state.classList.toggle("field-error", failed);
  };
  if (!window.PublicKeyCredential || !navigator.credentials) {
    button.disabled = true;
    say(form.dataset.unavailable, true);
    return;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(form.dataset.waiting, false);
    try {
      form.elements.credential.value = plain(await ask(form));
      form.submit();
    } catch (error) {
      button.disabled = false;
      say(error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed, true);
    }
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) watch(form);
