// A conversation works without this: forms, and a page that looks again. This sends without leaving the page, shows what
// comes, and keeps words that could not be sent: in the box and nowhere else.
const at = (id) => d.getElementById(id), fields = () => at("box") && at("box").elements;
let stream, again, sending = false, tries = 0, lost = false, typed = 0, hide;
leaving.push(() => { if (stream) stream.close(); clearTimeout(again); });

const told = (name) => { const line = at("told"); if (line) line.textContent = name ? line.dataset[name] : ""; };
// A key of its own for each message: sent twice with the same key, it is kept once.
const renew = () => { fields().key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); };
const post = (path, body, signal) => fetch(path, { method: "POST", cache: "no-store", signal, headers: { "content-type": "application/json" }, body: JSON.stringify({ token: fields().token.value, ...body }) });
const last = () => Math.max(at("view").dataset.last, ...[...d.querySelectorAll("#said li")].map((line) => line.dataset.n));

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
  list.insertBefore(line, lines.find((other) => +other.dataset.n > message.n) || null);
  enhance();
  return true;
};

// Look at the whole page again, and take over all but the box with what stands in it.
const look = () => fetch(location.href, { cache: "no-store" }).then(async (answer) => {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), view = page.getElementById("view");
  if (gone) return;
  // Over: the server says where to go now.
  if (!view && answer.ok) return location.replace(answer.url);
  if (!view) throw 0;
  for (const id of ["view", "menu"]) at(id).replaceWith(page.getElementById(id));
  if (at("box")) at("box").querySelector("button").disabled = !page.getElementById("box");
  else if (page.getElementById("box")) location.reload();
  enhance();
}).catch(() => { if (!gone) status("lost"); });

const send = () => {
  const { text, key } = fields(), words = text.value, stop = new AbortController(), limit = setTimeout(() => stop.abort(), 15000);
  if (gone || sending) return;
  clearTimeout(again);
  sending = true;
  told("sending");
  post("/talk/send", { text: words, key: key.value }, stop.signal).then(async (answer) => {
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
      told(at("told").dataset[said.code] ? said.code : "not_sent");
      if (answer.status !== 409 && answer.status !== 429) look();
    }
  }).catch(() => {
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
    if (stream.readyState === 2) setTimeout(() => { if (!gone) { look(); listen(); } }, 5000);
  };
  stream.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.k === "notice") look();
    else if (add(message) && message.a !== "child") { at("typing").hidden = true; status("new_message"); }
  };
  stream.addEventListener("typing", (event) => {
    clearTimeout(hide);
    at("typing").hidden = !JSON.parse(event.data).on;
    hide = setTimeout(() => { at("typing").hidden = true; }, 8000);
  });
  stream.addEventListener("state", (event) => {
    const now = JSON.parse(event.data);
    if (now.state !== at("view").dataset.state) look();
    else if ("place" in now) place(now);
  });
};

if (at("view") && window.EventSource && window.fetch) {
  listen();
  d.addEventListener("submit", (event) => {
    if (event.target.id !== "box") return;
    event.preventDefault();
    if (fields().text.value.trim()) send();
  });
  d.addEventListener("input", (event) => {
    if (!fields() || event.target !== fields().text) return;
    // Other words are another message: it needs another key, and waits for a tap.
    if (tries) { tries = 0; clearTimeout(again); renew(); told("not_sent"); }
    if (at("view").dataset.state === "active" && Date.now() - typed > 4000) {
      typed = Date.now();
      post("/talk/typing", { on: true }).catch(() => {});
    }
  });
  d.addEventListener("click", (event) => {
    const link = event.target.closest("[data-do=look]");
    if (link) { event.preventDefault(); look(); }
  });
  addEventListener("online", () => { if (tries) { clearTimeout(again); send(); } });
}
