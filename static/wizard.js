// Comfort on the institution page: suggestions while typing, days counted while dates change.
(() => {
  const form = document.querySelector("form[data-count]");
  if (!form) return;
  const later = (work, wait) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(work, wait); }; };
  const search = form.querySelector("[data-suggest]");
  const picks = form.querySelector("[data-picks]");
  const suggest = later(async () => {
    if (search.value.trim().length < 2) return;
    const answer = await asked(`${search.dataset.suggest}?q=${encodeURIComponent(search.value)}`);
    if (!answer.ok) return;
    const chosen = form.querySelector("input[name=pick]:checked");
    const kept = chosen && chosen.value !== "new" ? chosen.closest(".form-check") : null;
    picks.replaceChildren(...(kept ? [kept] : []), ...(await answer.json()).filter((i) => !kept || String(i.id) !== chosen.value).map(option));
  }, 250);
  const option = (found) => {
    const row = document.createElement("div"), input = document.createElement("input"), label = document.createElement("label");
    row.className = "form-check";
    Object.assign(input, { type: "radio", name: "pick", value: found.id, id: `pick-${found.id}`, className: "form-check-input" });
    Object.assign(label, { htmlFor: input.id, className: "form-check-label", textContent: `${found.name} – ${found.city} (${found.state})` });
    row.append(input, label);
    return row;
  };
  search.addEventListener("input", suggest);
  if (search.value !== search.defaultValue) suggest();  // typed before this script was there
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); form.querySelector("[value=search]").click(); } });

  const counted = form.querySelector("[data-counted]");
  const count = later(async () => {
    const answer = await asked(form.dataset.count, { method: "POST", body: new FormData(form) });
    if (answer.ok) counted.innerHTML = await answer.text();
  }, 300);
  form.addEventListener("change", (event) => {
    if (["starts_on", "ends_on", "weekdays", "pick", "kind"].includes(event.target.name)) count();
  });
})();
