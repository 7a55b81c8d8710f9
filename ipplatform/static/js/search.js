// Completions while a question is typed, and filters that apply themselves. Without scripts the form does all of it.

const PAUSE = 150;
const input = document.querySelector("input[data-suggest]");
const list = input && document.getElementById(input.getAttribute("list"));
let waiting = null;
let asked = null;

async function suggest() {
  const text = input.value;
  if (text.length < 2) return list.replaceChildren();
  asked?.abort();
  asked = new AbortController();
  try {
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", text);
    const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    list.replaceChildren(
      ...(await answer.json()).map((one) => {
        const option = document.createElement("option");
        option.value = one;
        return option;
      }),
    );
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

input?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, PAUSE);
});

document.querySelector("form[data-refine]")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
