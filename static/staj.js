// Comfort only: every page works without this file.
document.querySelector("[data-focus]")?.focus();

// A form is sent once, however often its button is pressed; one that answers with a file leaves its page standing, and may be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "again" in form.dataset) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// A look-up by script that finds the session ended says so, once; what is typed stays on the page.
globalThis.asked = async (url, options) => {
  const answer = await fetch(url, options);
  if (!answer.redirected && answer.status !== 400 && answer.status !== 401) return answer;
  const words = document.querySelector("[data-upload-words]")?.dataset;
  if (words && !document.querySelector("[data-ended]")) {
    const line = Object.assign(document.createElement("div"), { className: "alert alert-warning" });
    const link = Object.assign(document.createElement("a"), { href: words.signInUrl, target: "_blank", rel: "noopener", textContent: words.signIn });
    line.setAttribute("role", "alert");
    line.dataset.ended = "yes";
    line.append(Object.assign(document.createElement("span"), { textContent: `${words.ended} ` }), link);
    document.querySelector("main").prepend(line);
    line.scrollIntoView({ block: "nearest" });
  }
  return new Response("", { status: 401 });
};

// Print: offered only where a press can do it.
document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
