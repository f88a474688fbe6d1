// The finder's own part: it keeps the browser's history at first pages only, one view in place of another.
const first = /^\/([a-z]{2}(\/[A-Z]{2})?)?$/;
let turn = 0, views = [], at = 0;
leaving.push(() => { views = []; });

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
d.addEventListener("click", (event) => {
  const link = event.target.closest("a,button");
  if (!link || event.ctrlKey || event.metaKey || event.button) return;
  const path = link.getAttribute("href");
  if (path && first.test(path)) { event.preventDefault(); visit(path, null, () => location.assign(path)); }
  else if (link.dataset.do === "print") print();
  else if (link.dataset.do === "copy") navigator.clipboard.writeText(d.getElementById("copy").innerText).then(() => status("copied"));
});
d.addEventListener("submit", (event) => {
  const form = event.target, by = event.submitter, body = new URLSearchParams(new FormData(form));
  // A page with a script of its own is a page of its own: the browser goes there.
  if (!by || gone || by.hasAttribute("data-plain")) return;
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
