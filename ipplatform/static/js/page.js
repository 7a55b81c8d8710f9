// What every page gains when scripts run; without them everything still works.

const clipboard = navigator.clipboard;

function offerCopying(root) {
  if (!clipboard) return;
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
}

async function copy(button) {
  await clipboard.writeText(button.dataset.copy);
  const label = button.getAttribute("aria-label");
  button.classList.add("copied");
  button.setAttribute("aria-label", button.dataset.copied);
  setTimeout(() => {
    button.classList.remove("copied");
    button.setAttribute("aria-label", label);
  }, 2000);
}

function offerRows(root) {
  for (const button of root.querySelectorAll("[data-list-add][hidden]")) button.hidden = false;
}

function addRow(button) {
  const last = button.closest("[data-list]").querySelector(".list-row:last-of-type");
  const row = last.cloneNode(true);
  const input = row.querySelector("input, textarea, select");
  input.value = "";
  input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, (n) => String(Number(n) + 1)));
  last.after(row);
  input.focus();
}

function offerNarrowing(root) {
  for (const input of root.querySelectorAll("[data-choices-filter][hidden]")) input.hidden = false;
}

function narrow(input) {
  const wanted = input.value.trim().toLocaleLowerCase();
  for (const choice of input.closest("[data-choices]").querySelectorAll(".form-check")) {
    const ticked = choice.querySelector("input").checked;
    choice.hidden = Boolean(wanted) && !ticked && !choice.textContent.toLocaleLowerCase().includes(wanted);
  }
}

// Cells of stacked tables are named after their column heads.
function nameCells(root) {
  for (const table of root.querySelectorAll("table.table-cards")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => (head.querySelector(".visually-hidden") ? "" : head.textContent.trim()));
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, place) => {
        if (heads[place] && !cell.dataset.label && !cell.classList.contains("card-title-cell") && place > 0) cell.dataset.label = heads[place];
      });
    }
  }
}

function focusSummary(root) {
  root.querySelector("[data-focus]")?.focus();
}

function openFacetsOnDesk() {
  const desk = matchMedia("(min-width: 62rem)");
  const apply = () => document.querySelectorAll("details[data-facets]").forEach((one) => { one.open = desk.matches; });
  desk.addEventListener("change", apply);
  apply();
}

// On a phone the main navigation is a strip; the current page's entry should be in sight.
function showWhereWeAre() {
  const here = document.querySelector(".site-nav [aria-current]");
  const strip = here?.closest(".frame");
  if (strip) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
}

// A second click on a form that is on its way is ignored; the back button finds the form usable again.
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-many")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
}

function enhance(root) {
  offerCopying(root);
  offerRows(root);
  offerNarrowing(root);
  nameCells(root);
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target?.closest("details[data-menu]"));
  const copying = target?.closest("button[data-copy]");
  if (copying) copy(copying);
  const adding = target?.closest("[data-list-add]");
  if (adding) addRow(adding);
  if (target?.closest("[data-print]")) window.print();
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-choices-filter]")) narrow(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-choices-filter]")) event.preventDefault();
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-menu][open]");
  closeMenus();
  open?.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.closest?.("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
document.addEventListener("htmx:afterSwap", (event) => enhance(event.target));

enhance(document);
focusSummary(document);
openFacetsOnDesk();
showWhereWeAre();
