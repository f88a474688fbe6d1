// Finding a category of a contact record by typing: without this, the groups are opened by hand.
(() => {
  const all = (what, where) => [...where.querySelectorAll(what)];
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("[data-seek]")) return;
    const wanted = field.value.trim().toLocaleLowerCase();
    all(".cats", field.closest("fieldset")).forEach((group) => {
      const named = group.dataset.group.toLocaleLowerCase().includes(wanted);
      const fits = all("label", group).filter((label) => {
        label.hidden = !!wanted && !named && !label.textContent.toLocaleLowerCase().includes(wanted);
        return !label.hidden;
      });
      group.hidden = !fits.length;
      group.open = wanted ? fits.length > 0 : !!group.querySelector(":checked");
    });
  });
  // Enter in the search sends no record.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-seek]")) event.preventDefault();
  });
})();
