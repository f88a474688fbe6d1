// The desk works without this, page by page. This brings what is new, sends without leaving the page, and is driven by
// keys. Words that people write are shown with textContent only, and kept nowhere but in their boxes.
(() => {
  const d = document, at = (id) => d.getElementById(id), all = (what, where = d) => [...where.querySelectorAll(what)];
  const { ring, moment, local, tick } = window.signals;
  const words = Object.fromEntries(all("#words dt").map((name) => [name.textContent, name.nextElementSibling.textContent]));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const columns = () => all("#columns .talk"), column = (c) => at("talk-" + c);
  // Who writes from here: a supervisor in a conversation that they have joined, and a counsellor in every other one.
  const role = (talk) => talk.dataset.beside === undefined ? "counsellor" : "supervisor";
  const box = (talk) => talk.querySelector(".box"), area = (talk) => talk.querySelector("textarea[name=text]");
  const narrowest = 324, title = d.title, unread = new Map(), sends = new Map(), opening = new Set(), left = new Map();
  let recent = [], stream, again, lost = false, out = false, beats = 0, asking = 0, refreshed = -1000, quiet = false;

  // ---- saying things
  const told = (text, good = true) => {
    const line = d.createElement("p");
    line.className = good ? "success" : "error";
    line.textContent = text;
    at("told").replaceChildren(line);
    clearTimeout(told.later);
    told.later = setTimeout(() => at("told").replaceChildren(), good ? 4000 : 8000);
  };
  const heard = (text) => { at("heard").textContent = text; };
  const count = () => {
    const most = [...unread.values()].reduce((sum, each) => sum + each, 0);
    d.title = most ? `(${most}) ${title}` : title;
  };

  // htmx keeps one request an element and drops all but the last that wait: each of ours has a hand of its own, so that
  // three children who come at once all get a column, and only the newest look at one place counts.
  const bring = (path, target, swap, hand) => {
    const own = hand || d.body.appendChild(d.createElement("i"));
    if (!hand) own.hidden = true;
    return htmx.ajax("GET", path, { source: own, target, swap }).finally(() => { if (!hand) own.remove(); });
  };

  // ---- columns and tabs
  const shown = () => Math.max(1, Math.min(3, Math.floor(at("columns").clientWidth / narrowest)));
  const lay = () => {
    const now = columns(), most = shown();
    recent = [...recent.filter((each) => now.includes(each)), ...now.filter((each) => !recent.includes(each))];
    const visible = new Set(recent.slice(0, most));
    now.forEach((talk, place) => {
      talk.hidden = !visible.has(talk);
      talk.querySelector(".number").textContent = place + 1;
      talk.querySelector(".said").setAttribute("aria-live", talk.contains(d.activeElement) ? "polite" : "off");
    });
    at("no-talks").hidden = now.length > 0;
    const tabs = at("tabs");
    tabs.hidden = now.length < 2;
    while (tabs.children.length > now.length) tabs.lastChild.remove();
    now.forEach((talk, place) => {
      let tab = tabs.children[place];
      if (!tab) {
        tab = d.createElement("button");
        tab.type = "button";
        tab.append(d.createElement("b"), " ", d.createElement("span"), d.createElement("i"));
        tab.addEventListener("click", () => go([...tabs.children].indexOf(tab)));
        tabs.append(tab);
      }
      const [number, name, badge] = tab.children, news = unread.get(talk.dataset.c) || 0, on = String(visible.has(talk));
      number.textContent = place + 1;
      name.textContent = talk.dataset.mark;
      badge.textContent = news || "";
      badge.hidden = !news;
      if (tab.getAttribute("aria-pressed") !== on) tab.setAttribute("aria-pressed", on);
      tab.classList.toggle("danger", talk.classList.contains("danger"));
    });
    count();
  };
  const bottom = (talk) => { const log = talk.querySelector(".said"); log.scrollTop = log.scrollHeight; };
  const read = (talk) => { if (unread.delete(talk.dataset.c)) lay(); };
  const focus = (talk) => {
    recent = [talk, ...recent.filter((each) => each !== talk)];
    lay();
    bottom(talk);
    read(talk);
    const place = box(talk).hidden ? talk.querySelector(".tool textarea, .tool input, .tool-button") : area(talk);
    if (place) place.focus();
  };
  const go = (place) => { const talk = columns()[place]; if (talk) focus(talk); };
  const here = () => { const talk = d.activeElement && d.activeElement.closest(".talk"); return talk || recent.find((each) => each.isConnected && !each.hidden); };
  const settle = (talk) => {
    const head = talk.querySelector(".talk-head");
    talk.classList.toggle("danger", head.dataset.danger !== undefined);
    box(talk).hidden = !head.dataset.writable;
    if (!box(talk).elements.key.value) fresh(talk);
    lay();
  };
  const put = (talk, first) => {
    const head = talk.querySelector(".talk-head"), own = role(talk) === "counsellor", tool = own && (head.dataset.state === "closed" ? "close" : head.dataset.phone && "notes");
    unread.delete(talk.dataset.c);
    settle(talk);
    local(talk);
    bottom(talk);
    if (first) focus(talk);
    if (tool && !talk.querySelector(".tool").children.length) use(talk.dataset.c, tool, first);
  };
  const open = (c, first = true, noise = false) => {
    if (column(c)) { if (first) focus(column(c)); return; }
    if (opening.has(c)) return;
    opening.add(c);
    const begun = performance.now();
    bring("/desk/c/" + c, "#columns", "beforeend").finally(() => {
      opening.delete(c);
      const talk = column(c);
      if (!talk) return;
      if (left.get(c) > begun) { talk.remove(); lay(); return; }
      put(talk, first || columns().length === 1 && d.activeElement === d.body);
      if (noise) { ring(); heard(fill(words.new_talk, { number: columns().indexOf(talk) + 1 })); }
      connect();
    });
  };
  // What was asked before a conversation was left may still name it, and must not bring it back: a newer look decides.
  const openNews = (c) => { if (left.get(c) > performance.now() - 10000) refresh(); else open(c, false, true); };
  const close = (c) => {
    const talk = column(c);
    left.set(c, performance.now());
    if (!talk) return;
    const inside = talk.contains(d.activeElement) || d.activeElement === d.body, next = recent.find((each) => each !== talk);
    unread.delete(c);
    talk.remove();
    lay();
    if (inside) next && next.isConnected ? focus(next) : at("next").focus();
  };
  const change = (c, tool) => {
    const talk = column(c);
    if (!talk) return;
    bring(`/desk/c/${c}/head`, "#head-" + c, "outerHTML").then(() => {
      if (!talk.isConnected) return;
      settle(talk);
      if (tool) use(c, tool);
    });
  };
  const use = (c, tool, hand = true) => { quiet = !hand; return bring(`/desk/c/${c}/${tool}`, "#tool-" + c); };
  const shut = (talk) => { talk.querySelector(".tool").replaceChildren(); if (!box(talk).hidden) area(talk).focus(); bottom(talk); };

  // ---- messages
  const notice = (text) => {
    let said = {};
    try { said = JSON.parse(text); } catch { /* said_other */ }
    const time = said.on || said.until, shownTime = time ? (time.includes("T") ? moment(time) : time) : "";
    return fill(words["said_" + said.code] || words.said_other, { time: shownTime, name: said.name || "" });
  };
  const add = (talk, message) => {
    const log = talk.querySelector(".said"), lines = all("li[data-n]", log);
    if (lines.some((line) => line.dataset.n == message.n)) return false;
    const line = d.createElement("li"), by = d.createElement("span"), who = d.createElement("b"), when = d.createElement("time"), text = d.createElement("p");
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    line.className = message.k === "notice" ? "notice" : message.a === "child" ? "child" : "staff";
    line.dataset.n = message.n;
    by.className = "by";
    who.textContent = words["author_" + (message.a === role(talk) ? "you" : message.a)] || words.author_system;
    when.dateTime = message.at;
    text.dir = "auto";
    text.textContent = message.k === "notice" ? notice(message.t) : message.t;
    by.append(who, " ", when);
    line.append(by, text);
    log.firstElementChild.insertBefore(line, lines.find((other) => +other.dataset.n > message.n) || null);
    local(log);
    // The stream begins again behind what has come without a gap.
    while (log.querySelector(`li[data-n="${+talk.dataset.last + 1}"]`)) talk.dataset.last = +talk.dataset.last + 1;
    if (near || message.a === role(talk)) bottom(talk);
    return true;
  };
  const waits = (talk, since) => {
    const line = talk.querySelector(".waits");
    line.hidden = !since;
    line.querySelector("time").dateTime = since;
    tick();
  };
  const came = (message) => {
    const talk = column(message.c);
    // A notice alone opens no column: that of its end would bring back one that was just closed.
    if (!talk) { if (message.k !== "notice") openNews(message.c); return; }
    if (!add(talk, message)) return;
    // Who has left a conversation on another page has no column of it here either.
    if (message.k === "notice") { if (role(talk) === "supervisor") gone(talk); return; }
    if (message.a !== "child") { waits(talk, ""); return; }
    typing(talk, false);
    if (talk.querySelector(".waits").hidden) waits(talk, message.at);
    if (d.hidden || !talk.contains(d.activeElement)) {
      unread.set(message.c, (unread.get(message.c) || 0) + 1);
      lay();
      heard(fill(words.new_message, { number: columns().indexOf(talk) + 1 }));
      ring();
    }
  };
  const typing = (talk, on) => {
    const line = talk.querySelector(".typing span");
    clearTimeout(line.later);
    line.hidden = !on;
    if (on) line.later = setTimeout(() => { line.hidden = true; }, 8000);
  };
  const connect = () => {
    clearTimeout(again);
    if (stream) stream.close();
    if (out) return;
    const places = columns().map((talk) => talk.dataset.c.replaceAll("-", "").slice(0, 12) + "." + talk.dataset.last);
    const joined = columns().filter((talk) => role(talk) === "supervisor").map((talk) => "&c=" + talk.dataset.c);
    stream = new EventSource("/desk/stream?at=" + places.join(",") + joined.join(""));
    stream.onopen = () => { if (lost) { lost = false; told(words.connection_found); refresh(); } };
    stream.onerror = () => {
      if (!lost && !out) { lost = true; told(words.connection_lost, false); }
      // A refusal ends a stream for good: ask whether the sign-in is over, and come back.
      if (stream.readyState === 2) { beat(); again = setTimeout(connect, 3000 + Math.random() * 2000); }
    };
    stream.onmessage = (event) => came(JSON.parse(event.data));
    stream.addEventListener("typing", (event) => { const now = JSON.parse(event.data), talk = column(now.c); if (talk) typing(talk, now.on); });
    stream.addEventListener("queue", refresh);
    stream.addEventListener("state", (event) => {
      const now = JSON.parse(event.data), talk = column(now.c);
      if (!talk) { if (now.state === "active") openNews(now.c); return; }
      const head = talk.querySelector(".talk-head");
      if (now.state === "gone") { if (head.dataset.state !== "closed") gone(talk); }
      else if (now.state === "closed" && head.dataset.state !== "closed") ended(talk);
      else if (now.state !== head.dataset.state) change(now.c);
    });
  };
  const gone = async (talk) => {
    const answer = await fetch(`/desk/c/${talk.dataset.c}/head`, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
    if (!answer || answer.ok) { change(talk.dataset.c); return; }
    if (answer.status !== 404) return;
    const text = fill(words.talk_gone, { mark: talk.dataset.mark });
    told(text, false);
    close(talk.dataset.c);
  };
  const ended = (talk) => {
    told(fill(words.talk_ended, { mark: talk.dataset.mark }));
    ring();
    // The record is written by whoever has it.
    if (role(talk) === "supervisor") { close(talk.dataset.c); return; }
    change(talk.dataset.c, talk.querySelector(".tool").children.length ? "" : "close");
  };

  // ---- sending: one key for each message; sent twice with the same key, it is kept once
  const fresh = (talk) => { box(talk).elements.key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); };
  const outcome = (talk, text, bad) => { const line = talk.querySelector(".outcome"); line.textContent = text; line.classList.toggle("bad", !!bad); };
  const post = (path, body, signal) => fetch(path, { method: "POST", cache: "no-store", signal, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const send = (talk) => {
    const c = talk.dataset.c, now = sends.get(c) || { tries: 0 }, text = area(talk).value;
    if (now.busy || !text.trim()) return;
    clearTimeout(now.later);
    now.busy = true;
    sends.set(c, now);
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), 15000), slow = setTimeout(() => outcome(talk, words.sending), 400);
    post("/desk/send", { c, text, key: box(talk).elements.key.value, as: role(talk) }, stop.signal).then(async (answer) => {
      const said = await answer.json();
      if (answer.ok) {
        now.tries = 0;
        add(talk, { n: said.sequence, a: role(talk), k: "text", t: text, at: said.at });
        area(talk).value = area(talk).value.startsWith(text) ? area(talk).value.slice(text.length).trimStart() : area(talk).value;
        fresh(talk);
        grow(area(talk));
        waits(talk, "");
        outcome(talk, words.sent);
        if (talk.querySelector(".talk-head").dataset.state !== "active") change(c);
      } else if (answer.status === 401) { outcome(talk, words.not_sent_edited, true); signedOut(); }
      else if (answer.status > 499) throw 0;
      else {
        if (said.code === "key_reused") fresh(talk);
        outcome(talk, words["refused_" + said.code] || words.refused_other, true);
        if (answer.status === 404 || answer.status === 409) change(c);
      }
    }).catch(() => {
      outcome(talk, words.not_sent, true);
      now.later = setTimeout(() => send(talk), Math.min(30000, 1000 * 2 ** now.tries++));
    }).finally(() => { clearTimeout(limit); clearTimeout(slow); now.busy = false; });
  };
  const grow = (text) => { text.style.height = "auto"; text.style.height = Math.min(180, text.scrollHeight + 2) + "px"; };

  // Other words are another message: it needs another key, and waits for a press.
  const renewed = (talk) => {
    const now = sends.get(talk.dataset.c);
    if (now && now.tries && !now.busy) { now.tries = 0; clearTimeout(now.later); fresh(talk); outcome(talk, words.not_sent_edited, true); }
  };

  // ---- staying signed in and on duty
  const tokens = (token) => all("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  const signedOut = () => { out = true; at("signed-out").hidden = false; if (stream) stream.close(); };
  const signedIn = (token) => {
    tokens(token);
    if (!out) return;
    out = false;
    at("signed-out").hidden = true;
    connect();
    refresh();
  };
  const beat = async () => {
    const field = d.querySelector("input[name=csrfmiddlewaretoken]");
    const answer = await fetch("/desk/beat", { method: "POST", redirect: "manual", headers: { "X-CSRFToken": field ? field.value : "" } }).catch(() => null);
    if (!answer) return;
    if (answer.type === "opaqueredirect") { signedOut(); return; }
    if (answer.status === 403) { await renew(); return; }
    if (!answer.ok) return;
    const now = await answer.json(), duty = d.querySelector(".duty");
    signedIn(now.token);
    if (!!duty.dataset.on !== now.on && !d.querySelector("#duty details[open]")) {
      if (duty.dataset.on) told(words.duty_lost, false);
      bring("/desk/duty/now", "#duty", "innerHTML", at("duty"));
    }
  };
  const renew = async () => {
    const answer = await fetch("/desk/token", { redirect: "manual" }).catch(() => null);
    if (answer && answer.type === "opaqueredirect") signedOut();
    else if (answer && answer.ok) signedIn((await answer.json()).token);
  };
  const refresh = () => {
    // A busy queue says so many times a second: one look answers all that came before it, and none puts it off.
    if (asking) return;
    asking = setTimeout(() => {
      asking = 0;
      if (out) return;
      const sieve = new URLSearchParams(new FormData(at("sieve")));
      bring("/desk/queue?" + sieve, "#queue", "innerHTML", at("queue"));
      if (!d.querySelector("#duty details[open]")) bring("/desk/duty/now", "#duty", "innerHTML", at("duty"));
      refreshed = performance.now();
    }, Math.max(250, 1000 - (performance.now() - refreshed)));
  };
  const catchUp = (looked) => { const mine = at("queue-mine"); if (mine) mine.dataset.mine.split(" ").filter(Boolean).forEach((c) => { if (!column(c) && !(left.get(c) > looked)) open(c, false, true); }); };

  // ---- what htmx brings, and what it is kept from
  d.addEventListener("htmx:beforeSend", (event) => { event.detail.xhr.begun = performance.now(); });
  d.addEventListener("htmx:beforeSwap", (event) => {
    const where = new URL(event.detail.xhr.responseURL || location.href).pathname;
    if (!where.startsWith("/desk")) { event.detail.shouldSwap = false; signedOut(); }
  });
  d.addEventListener("htmx:responseError", async (event) => {
    const status = event.detail.xhr.status;
    if (status === 403) { await renew(); told(words.press_again, false); }
    else if (status === 404) { told(words.refused_unknown, false); const talk = event.detail.elt.closest(".talk"); if (talk) gone(talk); else refresh(); }
    else if (status !== 409) told(words.failed, false);
  });
  d.addEventListener("htmx:sendError", () => told(words.failed, false));
  d.addEventListener("htmx:afterSwap", (event) => {
    const where = event.detail.target;
    if (where.id === "queue") { catchUp(event.detail.xhr.begun); const now = where.querySelector(".states a[aria-current]"); if (now) at("queue-state").value = now.dataset.state; }
    if (where.classList.contains("tool")) { const first = where.querySelector("[role=alert]") ? where.querySelector("input, select, textarea, button") : where.querySelector("[data-first]"); if (quiet) quiet = false; else if (first) { where.scrollTop = 0; first.focus({ preventScroll: true }); } else if (!where.children.length) shut(where.closest(".talk")); const talk = where.closest(".talk"); bottom(talk); }
    local(where);
  });
  const on = (name, act) => d.body.addEventListener("desk:" + name, (event) => act(event.detail));
  on("told", (news) => told(news.text, news.good));
  on("queue", refresh);
  on("open", (news) => open(news.c));
  on("close", (news) => close(news.c));
  on("change", (news) => change(news.c, news.tool));

  // ---- hands
  d.addEventListener("submit", (event) => {
    const talk = event.target.matches(".box") && event.target.closest(".talk");
    if (talk) { event.preventDefault(); send(talk); }
  });
  d.addEventListener("input", (event) => {
    const text = event.target;
    const talk = text.matches(".box textarea") && text.closest(".talk");
    if (!talk) return;
    grow(text);
    renewed(talk);
    if (Date.now() - (talk.typed || 0) > 3000 && text.value.trim()) { talk.typed = Date.now(); post("/desk/typing", { c: talk.dataset.c, on: "1" }).catch(() => {}); }
  });
  d.addEventListener("focusin", (event) => {
    const talk = event.target.closest(".talk");
    if (talk) { read(talk); recent = [talk, ...recent.filter((each) => each !== talk)]; }
    columns().forEach((each) => each.querySelector(".said").setAttribute("aria-live", each === talk ? "polite" : "off"));
    all("details.drop[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  d.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-close-tool], [data-open], [data-away], .states a");
    all("details.drop[open]").forEach((menu) => { if (!menu.contains(event.target) || event.target.closest(".item")) menu.open = false; });
    if (!hit) return;
    event.preventDefault();
    if (hit.dataset.closeTool !== undefined) shut(hit.closest(".talk"));
    else if (hit.dataset.open) open(hit.dataset.open);
    else if (hit.dataset.away) close(hit.dataset.away);
    else { at("queue-state").value = hit.dataset.state; refresh(); }
  });
  addEventListener("resize", lay);
  addEventListener("online", () => { sends.forEach((now, c) => { const talk = column(c); if (now.tries && talk) send(talk); }); connect(); });
  addEventListener("focus", () => { if (out) renew(); });
  d.addEventListener("visibilitychange", () => { const talk = here(); if (!d.hidden && talk && talk.contains(d.activeElement)) read(talk); });
  addEventListener("beforeunload", (event) => { if (columns().some((talk) => area(talk).value.trim())) event.preventDefault(); });
  new Worker(d.body.dataset.beat).onmessage = () => { if (beats++ % 3 === 0) beat(); if (beats % 4 === 0) refresh(); };
  columns().forEach((talk) => put(talk, false));
  const asked = columns().find((talk) => location.pathname.includes(talk.dataset.c)) || columns()[0];
  lay();
  if (asked && location.pathname !== "/desk") focus(asked);
  catchUp(performance.now());
  connect();
  window.desk = { words, area, box, send, shut, grow, renewed, go, here };
})();
