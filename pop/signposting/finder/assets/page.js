// Everything works without this file. It makes leaving immediate, keeps the browser's history at first pages only,
// shows times in the reader's own zone and reads aloud on a tap. It stores nothing.
(() => {
"use strict";
const d = document, root = d.documentElement, first = /^\/([a-z]{2}(\/[A-Z]{2})?)?$/;
let gone = false, turn = 0, views = [], at = 0, shifts = [], reading = false;
const status = (name) => {
  const line = d.getElementById("status");
  if (line) line.textContent = line.dataset[name];
};
const hear = (on) => {
  reading = on;
  for (const part of d.querySelectorAll("[data-do=read] > span")) part.hidden = on;
  for (const part of d.querySelectorAll("[data-do=read] > span + span")) part.hidden = !on;
};
const quiet = () => { hear(false); if (window.speechSynthesis) speechSynthesis.cancel(); };

// Leaving: blank first, then ask whether the way is open, so that a lost network shows a blank page and not our address.
const leave = () => {
  if (gone) return;
  gone = true;
  views = [];
  d.body.replaceChildren();
  quiet();
  const ask = () => fetch("/leave", { method: "HEAD", cache: "no-store" }).then(() => location.replace("/leave"), () => setTimeout(ask, 3000));
  ask();
};

const enhance = () => {
  const now = new Date();
  for (const time of d.querySelectorAll("time[datetime*=T]")) {
    const when = new Date(time.dateTime), form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (when.toDateString() !== now.toDateString()) form.weekday = "short";
    try {
      time.textContent = new Intl.DateTimeFormat(root.lang, form).format(when);
      const zone = time.closest("p").querySelector(".zone");
      if (zone) zone.remove();
    } catch {}
  }
  for (const part of d.querySelectorAll("[data-with]")) part.hidden = part.dataset.with === "speech" && !window.speechSynthesis;
};

// One view in place of another inside the same document: the browser's own history keeps the first page only.
const show = (view) => {
  quiet();
  d.title = view.title;
  root.lang = view.lang;
  root.dir = view.dir;
  d.body.replaceWith(view.body);
  enhance();
  scrollTo(0, view.y);
  const head = d.querySelector("h1");
  if (head) head.focus({ preventScroll: true });
  setTimeout(() => status("loaded"), 99);
};
const keep = () => { views[at] = { title: d.title, lang: root.lang, dir: root.dir, body: d.body, y: scrollY }; };
// The last tap counts: an answer that comes after a newer tap is dropped.
const visit = (path, body, plainly) => {
  if (gone) return;
  const mine = ++turn;
  status("loading");
  fetch(path, { method: body ? "POST" : "GET", body, cache: "no-store" }).then(async (answer) => {
    if (!answer.ok || !/html/.test(answer.headers.get("content-type"))) throw 0;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), html = page.documentElement;
    if (gone || mine !== turn) return;
    keep();
    views.length = ++at;
    history.pushState(at, "", first.test(path) ? path : location.pathname);
    show({ title: page.title, lang: html.lang, dir: html.dir, body: page.body, y: 0 });
  }).catch(() => { if (!gone && mine === turn) plainly(); });
};

addEventListener("popstate", (event) => {
  // A jump inside a page, such as to a letter, belongs to the view that is shown.
  if (event.state === null && location.hash) return history.replaceState(at, "");
  const to = event.state || 0;
  if (gone || to === at) return;
  turn++;
  keep();
  at = to;
  if (views[at]) show(views[at]); else location.reload();
});
// A page that the browser kept alive behind the exit comes back blank and then fresh.
addEventListener("pageshow", (event) => { if (event.persisted && gone) location.reload(); });
d.addEventListener("click", (event) => {
  const link = event.target.closest("a,button");
  if (!link || event.ctrlKey || event.metaKey || event.button) return;
  const path = link.getAttribute("href");
  if (path === "/leave") { event.preventDefault(); leave(); }
  else if (path && first.test(path)) { event.preventDefault(); visit(path, null, () => location.assign(path)); }
  else if (link.dataset.do === "print") print();
  else if (link.dataset.do === "copy") navigator.clipboard.writeText(d.getElementById("copy").innerText).then(() => status("copied"));
  else if (link.dataset.do === "read") {
    if (reading) return quiet();
    hear(true);
    let last;
    for (const part of d.querySelectorAll("main h1,main h2,main p,main li,main .b")) {
      if (!part.offsetParent || part.closest(".no-print")) continue;
      const words = new SpeechSynthesisUtterance(part.innerText);
      words.lang = root.lang;
      speechSynthesis.speak(last = words);
    }
    if (last) last.onend = () => hear(false);
  }
});
d.addEventListener("submit", (event) => {
  const form = event.target, by = event.submitter, body = new URLSearchParams(new FormData(form));
  if (!by || gone) return;
  event.preventDefault();
  if (by.name) body.set(by.name, by.value);
  const path = by.getAttribute("formaction") || form.getAttribute("action");
  visit(path, body, () => {
    const said = d.createElement("input");
    said.type = "hidden"; said.name = by.name || "_"; said.value = by.value;
    form.append(said);
    form.action = path;
    form.submit();
  });
});
d.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") { shifts = []; return; }
  if (event.repeat) return;
  shifts = [...shifts.filter((then) => event.timeStamp - then < 3000), event.timeStamp];
  if (shifts.length > 2) leave();
});
enhance();
})();
