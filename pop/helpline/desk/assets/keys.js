// Keys of the desk, and ready answers. Every letter here has a button on the page too.
(() => {
  const { words, area, box, send, shut, grow, renewed, go, here } = window.desk, { noise } = window.signals;
  const d = document, at = (id) => d.getElementById(id), all = (what, where = d) => [...where.querySelectorAll(what)];
  let single = true;

  // ---- ready answers: a / at the beginning of a word looks them up
  const answers = new Map();
  const slash = (text) => /(^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.value.slice(0, text.selectionStart));
  const hide = (talk) => { const list = talk.querySelector(".canned"); list.hidden = true; area(talk).removeAttribute("aria-activedescendant"); area(talk).removeAttribute("aria-controls"); };
  const suggest = async (talk) => {
    const text = area(talk), found = slash(text), list = talk.querySelector(".canned"), c = talk.dataset.c;
    if (!found) { hide(talk); return; }
    if (!answers.has(c)) {
      answers.set(c, []);
      const got = await fetch(`/desk/c/${c}/canned`, { redirect: "manual" }).then((answer) => answer.json()).catch(() => null);
      if (!got) { answers.delete(c); return; }
      answers.set(c, got.answers);
      return suggest(talk);
    }
    const wanted = found[2].toLocaleLowerCase();
    const fits = answers.get(c).filter((each) => each.shortcut.startsWith(wanted) || each.title.toLocaleLowerCase().includes(wanted)).slice(0, 8);
    list.replaceChildren(...fits.map((each, place) => {
      const line = d.createElement("div"), name = d.createElement("b"), rest = d.createElement("span");
      line.id = `canned-${c}-${place}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(!place));
      name.textContent = each.title;
      rest.textContent = " /" + each.shortcut;
      line.append(name, rest);
      line.answer = each;
      line.addEventListener("mousedown", (event) => { event.preventDefault(); insert(talk, each); });
      return line;
    }));
    if (!fits.length) { const none = d.createElement("p"); none.className = "hint"; none.textContent = words.canned_no_fit; list.append(none); }
    list.hidden = false;
    text.setAttribute("aria-controls", list.id);
    if (fits.length) text.setAttribute("aria-activedescendant", list.firstChild.id); else text.removeAttribute("aria-activedescendant");
  };
  const choose = (talk, step) => {
    const list = all("[role=option]", talk.querySelector(".canned")), now = list.findIndex((each) => each.ariaSelected === "true"), next = (now + step + list.length) % list.length;
    if (!list.length) return;
    list.forEach((each, place) => { each.ariaSelected = String(place === next); });
    list[next].scrollIntoView({ block: "nearest" });
    area(talk).setAttribute("aria-activedescendant", list[next].id);
  };
  const insert = (talk, answer) => {
    const text = area(talk), found = slash(text), end = text.selectionStart, start = found ? end - found[2].length - 1 : end;
    text.setRangeText(answer.text, start, end, "end");
    hide(talk);
    grow(text);
    text.focus();
    renewed(talk);
  };
  d.addEventListener("input", (event) => { if (event.target.matches(".box textarea")) suggest(event.target.closest(".talk")); });
  d.addEventListener("focusout", (event) => { if (event.target.matches(".box textarea")) hide(event.target.closest(".talk")); });

  // ---- keys
  at("keys-open").addEventListener("click", () => at("keys").showModal());
  at("keys-open").hidden = false;
  const press = (key) => {
    const talk = here(), tool = talk && talk.querySelector(`.talk-head [data-key="${key}"]`);
    if (tool) { tool.click(); return true; }
    return false;
  };
  d.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const where = event.target, talk = where.closest && where.closest(".talk"), inBox = talk && where === area(talk);
    if (where.getAttribute && where.getAttribute("role") === "button" && event.key === " ") { event.preventDefault(); where.click(); return; }
    if (inBox && !talk.querySelector(".canned").hidden) {
      const now = talk.querySelector(".canned [aria-selected=true]");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(talk, event.key === "ArrowDown" ? 1 : -1); return; }
      if ((event.key === "Enter" || event.key === "Tab") && now) { event.preventDefault(); insert(talk, now.answer); return; }
      if (event.key === "Escape") { event.preventDefault(); hide(talk); return; }
    }
    if (inBox && event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) { event.preventDefault(); send(talk); return; }
    if (event.key === "Escape") {
      const menu = where.closest && where.closest("details.drop[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      else if (talk && talk.querySelector(".tool").children.length) shut(talk);
      else if (talk && !box(talk).hidden) area(talk).focus();
      return;
    }
    const letter = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const digit = /^Digit([1-6])$/.exec(event.code);
      if (digit) { event.preventDefault(); go(digit[1] - 1); }
      else if (letter === "n") { event.preventDefault(); at("next").click(); }
      else if (letter === "q") { event.preventDefault(); (d.querySelector("#queue .child button") || at("queue-title")).focus(); }
      else if (letter === "m") { event.preventDefault(); noise(); }
      else if (press(letter)) event.preventDefault();
      return;
    }
    if (!single || event.ctrlKey || event.metaKey || where.matches("input, textarea, select, dialog *")) return;
    if (event.key === "n") { event.preventDefault(); at("next").click(); }
    else if (event.key === "?") { event.preventDefault(); at("keys").showModal(); }
  });
  at("single").addEventListener("change", (event) => { single = event.target.checked; try { localStorage.setItem("desk keys", single ? "on" : "off"); } catch { /* it is not remembered */ } });
  try { single = localStorage.getItem("desk keys") !== "off"; } catch { /* as usual */ }
  at("single").checked = single;
})();
