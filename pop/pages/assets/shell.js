// Every page of a child's works without this. It makes leaving immediate, shows times in the reader's own zone and reads
// aloud on a tap. It stores nothing. A page's own script stands behind it in the same function, and shares its names.
const d = document, root = d.documentElement;
// What a page's own script forgets or stops when the child leaves.
const leaving = [];
let gone = false, shifts = [], reading = false;
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
  d.body.replaceChildren();
  for (const part of leaving) part();
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

// A page that the browser kept alive behind the exit comes back blank and then fresh.
addEventListener("pageshow", (event) => { if (event.persisted && gone) location.reload(); });
d.addEventListener("click", (event) => {
  const link = event.target.closest("a,button");
  if (!link || event.ctrlKey || event.metaKey || event.button) return;
  if (link.getAttribute("href") === "/leave") { event.preventDefault(); leave(); }
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
d.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") { shifts = []; return; }
  if (event.repeat) return;
  shifts = [...shifts.filter((then) => event.timeStamp - then < 3000), event.timeStamp];
  if (shifts.length > 2) leave();
});
enhance();
