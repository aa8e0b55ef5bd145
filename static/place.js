// Comfort only: a list is met again at the row and the height at which it was left.
(() => {
  const here = location.pathname + location.search;
  const rows = [...document.querySelectorAll("main [id]")].filter((row) => /^r\d+$/.test(row.id));
  const kept = () => { try { return JSON.parse(sessionStorage.getItem("place")); } catch { return null; } };
  const forget = () => { try { sessionStorage.removeItem("place"); } catch { /* nothing is kept there */ } };
  const keep = (row) => {
    const place = { url: here, y: scrollY, row: row?.id, n: rows.indexOf(row) };
    try { sessionStorage.setItem("place", JSON.stringify(place)); } catch { /* nothing is kept there */ }
  };
  let last;
  rows.forEach((row) => row.addEventListener("focusin", () => { last = row; }));
  const rowOf = (element) => rows.find((row) => row.contains(element)) ?? last;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    if (rows.some((row) => row.contains(link))) keep(rowOf(link));
    else if (rows.length || link.closest(".side")) forget();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.method === "get") forget();
    else if (rows.length) keep(rowOf(event.submitter));
  });
  const meet = () => {
    const place = kept();
    if (place?.url !== here || !rows.length) return;
    const named = rows.find((row) => `#${row.id}` === location.hash);
    const row = named ?? rows.find((one) => one.id === place.row) ?? (place.n < 0 ? null : rows[Math.min(place.n, rows.length - 1)]);
    scrollTo({ top: place.y, behavior: "instant" });
    row?.querySelector("[data-open], a, button")?.focus({ preventScroll: true });
    if (named && named.id !== place.row) named.scrollIntoView({ block: "nearest", behavior: "instant" });
    document.querySelector(".flashes")?.classList.toggle("is-afar", place.y > 0);
  };
  addEventListener("pageshow", () => requestAnimationFrame(meet));
})();
