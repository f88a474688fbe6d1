// Every page works without this. It asks the server anew when an answer changes what is asked, and finds in long lists.
// It stores nothing and decides nothing: what is asked stands in what the server sends.
(() => {
"use strict";
const d = document, form = d.getElementById("page"), parts = d.getElementById("parts"), status = d.getElementById("status");
if (!form || !parts) return;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// A box to find in each long list; what is chosen stays in sight.
const sieve = (list) => {
  if (list.dataset.sieved) return;
  list.dataset.sieved = "1";
  const box = d.createElement("input"), found = d.createElement("p");
  box.type = "search"; box.className = "sieve";
  box.setAttribute("aria-label", list.dataset.filter);
  box.placeholder = list.dataset.filter;
  found.className = "sr"; found.setAttribute("role", "status");
  list.before(box, found);
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  box.addEventListener("change", (event) => event.stopPropagation());
  box.addEventListener("input", () => {
    const wanted = fold(box.value);
    let count = 0;
    for (const each of list.children) {
      const shown = fold(each.textContent).includes(wanted);
      each.hidden = !shown && !each.querySelector(":checked");
      count += shown;
    }
    found.textContent = list.dataset.found.replace("{count}", count);
  });
};
const dress = () => { for (const each of parts.querySelectorAll("[data-filter]")) sieve(each); };

// What is the same stays as it is, so that nobody is interrupted; what is new comes in, what went goes. What was written
// into it comes back with it.
const went = new Map();
const merge = (mine, theirs) => {
  const old = new Map([...mine.children].filter((each) => each.dataset.part).map((each) => [each.dataset.part, each]));
  let fresh = 0, before = null;
  for (let each of [...theirs.children]) {
    const part = each.dataset.part, earlier = went.get(part);
    if (!part) continue;
    let kept = old.get(part);
    if (!kept && earlier && earlier.dataset.sign === each.dataset.sign) each = earlier;
    if (kept && each.classList.contains("group") | each.classList.contains("row") && kept.matches("fieldset")) {
      fresh += merge(kept, each);
    } else if (!kept || (kept.dataset.sign !== each.dataset.sign && !kept.contains(d.activeElement))) {
      if (kept) kept.replaceWith(each); else fresh++;
      kept = each;
    }
    old.delete(part);
    went.delete(part);
    const place = before ? before.nextElementSibling : [...mine.children].find((child) => child.dataset.part);
    if (kept.previousElementSibling !== before || !kept.parentElement) {
      if (before) before.after(kept);
      else if (place) place.before(kept);
      else mine.append(kept);
    }
    before = kept;
  }
  for (const [part, gone] of old) if (!gone.contains(d.activeElement)) { went.set(part, gone); gone.remove(); }
  return fresh;
};
let asked = 0;
const ask = async () => {
  const turn = ++asked, said = new URLSearchParams(new FormData(form));
  said.append("do", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body: said, redirect: "error" });
    if (!answer.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("parts");
    if (page && turn === asked) {
      if (merge(parts, page) && status) status.textContent = status.dataset.more;
      dress();
    }
  } catch { /* Without a network the page goes on as it does without a script. */ }
};
form.addEventListener("change", (event) => { if (event.target.closest("[data-live]")) ask(); });
dress();
})();
