// Renews the board every five seconds, keeps the focus where it was, and says so when it cannot.
"use strict";
(() => {
  const board = document.getElementById("board");
  const stale = document.getElementById("stale");
  if (!board || !stale) return;
  const every = 5000;
  let timer = 0;

  const put = (html) => {
    const focused = document.activeElement && document.activeElement.id;
    const open = [...board.querySelectorAll("details[open]")].map((each) => each.id);
    board.innerHTML = html;
    for (const id of open) {
      const each = document.getElementById(id);
      if (each) each.open = true;
    }
    if (focused && board.querySelector("#" + CSS.escape(focused))) document.getElementById(focused).focus();
    const waiting = board.querySelector("[data-waiting]");
    const count = waiting ? waiting.dataset.waiting : "0";
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (count !== "0") document.title = "(" + count + ") " + document.title;
  };

  const look = async () => {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const answer = await fetch(board.dataset.address, { redirect: "manual", cache: "no-store" });
        // The sign-in is over: the page itself leads there.
        if (answer.type === "opaqueredirect" || answer.status === 404) return location.reload();
        if (!answer.ok) throw new Error("no answer");
        put(await answer.text());
        stale.hidden = true;
      } catch {
        stale.hidden = false;
      }
    }
    timer = setTimeout(look, every);
  };

  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  timer = setTimeout(look, every);
})();
