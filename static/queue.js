// Comfort only: the queue works without this file.
const rows = [...document.querySelectorAll("[data-row]")];
const shortcuts = document.querySelector("[data-shortcuts]");
let here = -1;

// A key decides only what has been on screen for a moment, and only by a press of its own: one that is held, or was
// pressed on the page before, does nothing until it has been let go for that moment.
const MOMENT = 600;  // milliseconds
const heard = new Map();  // key -> when it was last heard
const seen = new Map();  // row -> since when it has been on screen
let shown = performance.now();
const settle = () => { shown = performance.now(); heard.clear(); };
addEventListener("pageshow", settle);
document.addEventListener("visibilitychange", settle);
const meant = (event, key) => {
  const now = performance.now(), before = Math.max(shown, heard.get(key) ?? 0);
  heard.set(key, now);
  return !event.repeat && now - before >= MOMENT;
};
const watched = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
  if (!isIntersecting) seen.delete(target);
  else if (!seen.has(target)) seen.set(target, performance.now());
}), { threshold: 0.5 });
rows.forEach((row) => watched.observe(row));
const looked = (row) => !rows.length || (seen.has(row) && performance.now() - seen.get(row) >= MOMENT);

const mark = (n) => {
  if (!rows.length) return;
  rows[here]?.classList.remove("is-here");
  here = Math.max(0, Math.min(rows.length - 1, n));
  rows[here].classList.add("is-here");
  rows[here].querySelector("[data-open]").focus();
};
const press = (key) => {
  const within = rows.length ? rows[here] : document;
  const target = within?.querySelector(`[data-key="${key}"]`);
  if (target?.tagName === "DETAILS") {
    target.open = true;
    target.querySelector("textarea")?.focus();
  } else target?.click();
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (!shortcuts || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (!["j", "k", "a", "r"].includes(key)) return;
  event.preventDefault();
  if (rows.length && (key === "j" || key === "k")) mark(here + (key === "j" ? 1 : -1));
  else if (meant(event, key) && looked(rows[here])) press(key);
});
rows.forEach((row, n) => row.addEventListener("focusin", () => { if (here !== n) { rows[here]?.classList.remove("is-here"); here = n; row.classList.add("is-here"); } }));

const all = document.querySelector("[data-all]");
const ticks = [...document.querySelectorAll('input[name="row"]')];
const told = document.querySelector("[data-ticked]");
const tell = () => { if (told) { const n = ticks.filter((t) => t.checked).length; told.textContent = n ? `(${n})` : ""; } };
all?.addEventListener("change", () => { ticks.forEach((t) => { t.checked = all.checked; }); tell(); });
ticks.forEach((t) => t.addEventListener("change", tell));

// The institution filter: names are offered while typing, the chosen one is sent by its key.
const field = document.querySelector("[data-offers]");
if (field) {
  const list = document.getElementById(field.getAttribute("list"));
  const known = new Map(field.dataset.key ? [[field.dataset.name, field.dataset.key]] : []);
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const answer = await asked(`${field.dataset.offers}?q=${encodeURIComponent(field.value)}`);
      if (!answer.ok) return;
      list.replaceChildren(...(await answer.json()).map(({ id, name, city }) => {
        const text = `${name} (${city})`;
        known.set(text, id);
        return new Option(text, text);
      }));
    }, 200);
  });
  field.form.addEventListener("submit", () => { if (known.has(field.value)) field.value = known.get(field.value); });
}
// Empty boxes make no address: what is shared stays short.
document.querySelector(".queue-filters")?.addEventListener("submit", (event) => {
  event.target.querySelectorAll("input, select").forEach((box) => { if (!box.value) box.disabled = true; });
});
addEventListener("pageshow", () => document.querySelectorAll(".queue-filters :disabled").forEach((box) => { box.disabled = false; }));
