// Comfort only: every form that sends a file works without this script, and the server checks the same again.
// Size and kind are checked before anything is sent; what is sent shows how far it is, and whatever is answered is shown.
(() => {
  const words = document.querySelector("[data-upload-words]")?.dataset;
  if (!words) return;
  const most = Number(words.most);
  const files = (form) => [...form.querySelectorAll("input[type=file]")];
  const chosen = (form) => files(form).flatMap((field) => [...field.files]);
  const kinds = (field) => field.accept.split(",").map((kind) => kind.trim().toLowerCase()).filter((kind) => kind.startsWith("."));
  const filled = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);

  const fault = (field) => {
    const fits = kinds(field), sent = [...field.files];
    const alien = fits.length && sent.find((file) => !fits.some((kind) => file.name.toLowerCase().endsWith(kind)));
    if (alien) return filled(words.kind, { name: alien.name, kinds: fits.join(", ") });
    const heavy = sent.reduce((sum, file) => sum + file.size, 0) > most;
    return heavy ? filled(words.large, { name: sent[0].name, size: (sent.reduce((sum, file) => sum + file.size, 0) / 1048576).toFixed(0), most: (most / 1048576).toFixed(0) }) : "";
  };
  const tell = (field, sentence) => {
    const id = `${field.id}-upload-error`;
    document.getElementById(id)?.remove();
    field.toggleAttribute("aria-invalid", Boolean(sentence));
    if (!sentence) return;
    const line = Object.assign(document.createElement("div"), { id, className: "field-error", textContent: sentence });
    line.setAttribute("role", "alert");
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    field.after(line);
  };
  document.addEventListener("change", (event) => { if (event.target.type === "file") tell(event.target, fault(event.target)); });

  const bar = (form) => {
    const line = document.createElement("p"), progress = document.createElement("progress"), text = document.createElement("span");
    line.className = "upload-progress";
    text.setAttribute("role", "status");
    Object.assign(progress, { max: 100, value: 0 });
    line.append(progress, text);
    form.append(line);
    return (part) => { progress.value = part; text.textContent = part < 100 ? ` ${filled(words.sending, { part })}` : ` ${words.checking}`; };
  };
  const shown = (form, page) => {  // a page that answers the form itself: its words take the place of ours
    const answer = new DOMParser().parseFromString(page, "text/html"), main = answer.querySelector("main");
    if (!main) return lost(form);
    for (const part of ["body > header", "body > .frame", "body > footer"]) document.querySelector(part).replaceWith(document.adoptNode(answer.querySelector(part)));
    (main.querySelector("[data-focus]") ?? main).focus();
    scrollTo(0, 0);
  };
  const lost = (form) => {
    delete form.dataset.sent;
    form.querySelector(".upload-progress")?.remove();
    files(form).filter((field) => field.files.length).slice(0, 1).forEach((field) => tell(field, words.lost));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || !chosen(form).length) return;
    const wrong = files(form).filter((field) => { const sentence = fault(field); tell(field, sentence); return sentence; });
    event.preventDefault();
    if (wrong.length) { delete form.dataset.sent; wrong[0].focus(); return; }
    const sent = new FormData(form, event.submitter), request = new XMLHttpRequest(), part = bar(form);
    request.upload.addEventListener("progress", (at) => { if (at.lengthComputable) part(Math.floor(at.loaded * 100 / at.total)); });
    request.addEventListener("load", () => {
      const json = request.getResponseHeader("Content-Type")?.startsWith("application/json");
      if (json) location.assign(JSON.parse(request.responseText).to);
      else shown(form, request.responseText);
    });
    request.addEventListener("error", () => lost(form));
    request.addEventListener("abort", () => lost(form));
    request.open("POST", form.action);
    request.setRequestHeader("X-Staj-Upload", "1");
    request.send(sent);
  });
})();
