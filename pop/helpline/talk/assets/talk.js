// A conversation works without this: forms, and a page that looks again. This sends without leaving the page, shows what
// comes, and keeps words that could not be sent: in the box and nowhere else.
const at = (id) => d.getElementById(id), form = () => at("box") || at("first"), fields = () => form() && form().elements;
let stream, again, stop, sending = false, tries = 0, lost = false, typed = 0, looks = 0, shown = 0, hide;
leaving.push(() => { if (stream) stream.close(); if (stop) stop.abort(); clearTimeout(again); });

const told = (name) => { const line = at("told"); if (line) line.textContent = name ? line.dataset[name] : ""; };
// A key of its own for each message: sent twice with the same key, it is kept once.
const renew = () => { fields().key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); };
const post = (path, body, signal) => fetch(path, { method: "POST", cache: "no-store", signal, headers: { "content-type": "application/json" }, body: JSON.stringify({ token: fields().token.value, ...body }) });
const last = () => Math.max(at("view").dataset.last, ...[...d.querySelectorAll("#said li")].map((line) => line.dataset.n));

// What is added above the box must not push it off the screen of whoever writes in it.
const keep = (change) => {
  const box = at("box"), was = box && box.getBoundingClientRect().top;
  change();
  if (box && was > 0 && was < innerHeight) scrollBy(0, box.getBoundingClientRect().top - was);
};
const typing = (on) => {
  clearTimeout(hide);
  if (at("typing").hidden === on) keep(() => { at("typing").hidden = !on; });
  if (on) hide = setTimeout(() => { if (!gone) typing(false); }, 8000);
};

const add = (message) => {
  const list = at("said"), lines = [...list.children];
  if (lines.some((line) => line.dataset.n == message.n)) return false;
  const line = d.createElement("li"), who = d.createElement("b"), when = d.createElement("time"), words = d.createElement("p");
  line.className = message.a === "child" ? "mine" : "theirs";
  line.dataset.n = message.n;
  who.textContent = list.dataset[message.a];
  when.dateTime = message.at;
  words.dir = "auto";
  words.textContent = message.t;
  line.append(who, " ", when, words);
  keep(() => { list.insertBefore(line, lines.find((other) => +other.dataset.n > message.n) || null); enhance(); });
  return true;
};

// Look at the whole page again, and take over all but the box with what stands in it. What was written since that page
// was made stays, and so does a page that was asked for later.
const look = (mine) => fetch(location.href, { cache: "no-store" }).then(async (answer) => {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), view = page.getElementById("view");
  if (gone || mine < shown) return;
  shown = mine;
  // Over: the server says where to go now.
  if (!view && answer.ok) return location.replace(answer.url);
  if (!view) throw 0;
  const box = at("box"), writable = !!page.getElementById("box");
  // Over, or open again: the whole page changes, but never under words that were not sent.
  if (writable !== !!box && !(box && box.elements.text.value.trim())) return location.reload();
  const since = [...d.querySelectorAll("#said li")].filter((line) => +line.dataset.n > +view.dataset.last);
  keep(() => { for (const id of ["view", "menu"]) at(id).replaceWith(page.getElementById(id)); at("said").append(...since); enhance(); });
  if (!box) return;
  box.querySelector("button").disabled = !writable;
  const next = page.getElementById("new");
  if (next && !at("new")) box.after(next);
}).catch(() => { if (!gone) status("lost"); });

// The first message is sent from its page too: a browser that finds no network would put its own page in place of the words.
const open = () => fetch("/write", { method: "POST", cache: "no-store", redirect: "manual", signal: stop.signal, body: new URLSearchParams(new FormData(at("first"))) }).then(async (answer) => {
  if (gone) return;
  if (answer.type === "opaqueredirect") return location.replace("/talk");
  // Too many write at once: that is said, and nothing is sent again by itself.
  if (answer.status > 499 && !answer.headers.get("retry-after")) throw 0;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), why = page.querySelector("main [role=alert]"), ways = page.getElementById("ways");
  if (!why) throw 0;
  if (ways && !at("ways")) at("first").after(ways);
  // What a page without script shows is cut; here the box still has all of it.
  if (answer.status === 413) told("too_long"); else at("told").textContent = why.textContent;
  tries = 0;
  renew();
});

const send = () => {
  if (gone || sending) return;
  const { text, key } = fields(), words = text.value, limit = setTimeout(() => stop.abort(), 15000);
  stop = new AbortController();
  clearTimeout(again);
  sending = true;
  told("sending");
  (at("first") ? open() : post("/talk/send", { text: words, key: key.value }, stop.signal).then(async (answer) => {
    const said = await answer.json();
    if (answer.ok) {
      tries = 0;
      add({ n: said.sequence, a: "child", t: words, at: said.at });
      text.value = text.value.startsWith(words) ? text.value.slice(words.length) : text.value;
      renew();
      told("sent");
    } else if (answer.status > 499) throw 0;
    else {
      if (answer.status === 409) renew();
      told(answer.status === 413 ? "too_long" : at("told").dataset[said.code] ? said.code : "not_sent");
      if (![409, 413, 429].includes(answer.status)) look(++looks);
    }
  })).catch(() => {
    if (gone) return;
    told("retry");
    again = setTimeout(send, Math.min(30000, 1000 * 2 ** tries++));
  }).finally(() => { clearTimeout(limit); sending = false; });
};

const place = (now) => {
  const line = at("place"), range = at("range");
  if (!line) return;
  line.textContent = now.place ? line.dataset.say.replace("{place}", now.place) : "";
  const kind = now.high == null ? "unknown" : now.low && now.low !== now.high ? "range" : "one";
  range.textContent = range.dataset[kind].replace("{low}", now.low).replace("{high}", now.high);
};

const listen = () => {
  stream = new EventSource("/talk/stream?after=" + last());
  stream.onopen = () => { if (lost) { lost = false; status("found"); } };
  stream.onerror = () => {
    if (!lost) { lost = true; status("lost"); }
    // A refusal ends a stream for good; a break is mended by the browser itself.
    if (stream.readyState === 2) setTimeout(() => { if (!gone) { look(++looks); listen(); } }, 5000);
  };
  stream.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.k === "notice") look(++looks);
    else if (add(message) && message.a !== "child") { typing(false); status("new_message"); }
  };
  stream.addEventListener("typing", (event) => typing(JSON.parse(event.data).on));
  stream.addEventListener("state", (event) => {
    const now = JSON.parse(event.data);
    if (now.state !== at("view").dataset.state) look(++looks);
    else if ("place" in now) place(now);
  });
};

if ((at("view") || at("first")) && window.EventSource && window.fetch) {
  if (at("view")) {
    listen();
    if (at("view").dataset.state === "active") at("box").scrollIntoView({ block: "end" });
  }
  d.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    if (at("first") || fields().text.value.trim()) send();
  });
  d.addEventListener("input", (event) => {
    if (!fields() || event.target !== fields().text) return;
    // Other words are another message: it needs another key, and waits for a tap.
    if (tries) { tries = 0; clearTimeout(again); renew(); told("not_sent"); }
    if (at("view") && at("view").dataset.state === "active" && Date.now() - typed > 4000) {
      typed = Date.now();
      post("/talk/typing", { on: true }).catch(() => {});
    }
  });
  d.addEventListener("click", (event) => {
    const link = event.target.closest("[data-do=look]");
    if (link) { event.preventDefault(); look(++looks); }
  });
  addEventListener("online", () => { if (tries) { clearTimeout(again); send(); } });
}
