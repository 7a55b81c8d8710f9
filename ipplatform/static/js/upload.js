// Uploads one file after the other with a progress bar. Without scripts the form sends a single file.

function watch(form) {
  const input = form.querySelector('input[type="file"]');
  const list = form.querySelector("[data-upload-list]");
  const button = form.querySelector('button[type="submit"]');
  const token = form.elements.csrf_token.value;
  const waiting = [];
  let running = false;
  let failed = false;
  input.multiple = true;
  button.hidden = true;

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const note = document.createElement("span");
    name.className = "file-name";
    name.textContent = file.name;
    bar.max = file.size || 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    note.className = "file-facts";
    note.textContent = form.dataset.waiting;
    item.append(bar, name, note);
    list.append(item);
    return { bar, note };
  }

  function add(files) {
    const role = form.elements.role.value;
    for (const file of files) waiting.push({ file, role, ...line(file) });
    if (!running) next();
  }

  function next() {
    const job = waiting.shift();
    running = Boolean(job);
    if (job) return send(job);
    if (!failed) location.reload();
  }

  function send({ file, role, bar, note }) {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ name: file.name, role });
    request.open("POST", `${form.dataset.upload}?${query}`);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.loaded;
      note.textContent = event.loaded < event.total ? `${form.dataset.sending} ${Math.floor((100 * event.loaded) / event.total)} %` : form.dataset.checking;
    });
    request.addEventListener("load", () => { finish(request, bar, note); next(); });
    request.addEventListener("error", () => { fail(bar, note, form.dataset.broken); next(); });
    request.send(file);
  }

  function finish(request, bar, note) {
    if (request.status === 201) note.textContent = form.dataset.done;
    else fail(bar, note, message(request));
  }

  function message(request) {
    if (!request.getResponseHeader("Content-Type")?.includes("json")) return form.dataset.signedOut;
    return JSON.parse(request.responseText).messages.join(" ");
  }

  function fail(bar, note, text) {
    failed = true;
    bar.hidden = true;
    note.textContent = text;
    note.classList.add("field-error");
  }

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    add(event.dataTransfer.files);
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) watch(form);
