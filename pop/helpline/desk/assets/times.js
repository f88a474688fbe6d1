// Times in the reader's own zone; the page has them in UTC, and says so.
(() => {
  const d = document, all = (what, where = d) => [...where.querySelectorAll(what)], two = (number) => String(number).padStart(2, "0");
  const moment = (iso) => new Date(iso).toLocaleString(d.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const clock = (iso) => new Date(iso).toLocaleTimeString(d.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const local = (where) => all(".said time, time[data-when]", where).forEach((time) => {
    if (!time.dateTime || time.title) return;
    time.title = moment(time.dateTime);
    time.textContent = time.dataset.when === "" ? time.title : clock(time.dateTime);
  });
  // A day and two times that are typed: they come in UTC, are shown as the reader's own, and go with their offset.
  const typed = (form) => {
    const offset = form.querySelector("[data-offset]"), day = form.querySelector("input[type=date]"), fields = all("input[type=time]", form);
    if (!offset.value) {
      const moments = fields.map((field) => new Date(`${day.value}T${field.value}Z`));
      if (moments.some(isNaN)) return;
      const [first] = moments;
      moments.forEach((when, place) => { fields[place].value = two(when.getHours()) + ":" + two(when.getMinutes()); });
      day.value = first.getFullYear() + "-" + two(first.getMonth() + 1) + "-" + two(first.getDate());
    }
    const keep = () => { const when = new Date(`${day.value}T${fields[0].value}`); if (!isNaN(when)) offset.value = -when.getTimezoneOffset(); };
    keep();
    form.addEventListener("submit", keep);
    all("[data-zone]", form).forEach((place) => { place.textContent = new Intl.DateTimeFormat().resolvedOptions().timeZone; });
  };
  local(d);
  all("form").filter((form) => form.querySelector("[data-offset]")).forEach(typed);
  window.times = { moment, clock, local };
})();
