// Sends the form of a task to the server a moment after each change. Without scripts "Save and continue" does the same.

const QUIET = 700;
const AGAIN = 5000;

function watch(form) {
  const state = form.querySelector("[data-save-state]");
  const version = form.elements.version;
  let timer = null;
  let busy = false;
  let dirty = false;
  let stopped = false;
  let pending = Promise.resolve();

  const say = (text) => { state.textContent = text; };
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(save, pause); };

  function body() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "action") data.append(name, value);
    return data;
  }

  async function save() {
    if (stopped || !dirty) return;
    if (busy) return later(QUIET);
    busy = true;
    dirty = false;
    say(form.dataset.saving);
    pending = send();
    await pending;
    busy = false;
    if (dirty && !stopped) later(QUIET);
  }

  async function send() {
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: body(), redirect: "manual" });
      await read(answer);
    } catch {
      dirty = true;
      say(form.dataset.failed);
      if (!stopped) setTimeout(save, AGAIN);
    }
  }

  async function read(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      stopped = true;
      say(form.dataset.signedOut);
    } else if (answer.status === 409) {
      stopped = true;
      say(form.dataset.overtaken);
    } else if (answer.ok) {
      version.value = (await answer.json()).version;
      say(form.dataset.savedText);
    } else {
      throw new Error(String(answer.status));
    }
  }

  const changed = () => { dirty = true; if (!stopped) later(QUIET); };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // An autosave still on its way would make the form's own version look overtaken.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!busy) { stopped = true; return; }
    event.preventDefault();
    const submitter = event.submitter;
    pending.then(() => { busy = false; stopped = true; form.requestSubmit(submitter); });
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("beforeunload", (event) => { if (dirty && !stopped) { save(); event.preventDefault(); } });
}

for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
