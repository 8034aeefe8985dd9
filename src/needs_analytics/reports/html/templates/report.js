// Tables that sort and filter. Without this script the page is complete; it only adds controls.
(() => {
  "use strict";
  const words = document.body.dataset;
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const valueOf = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();

  // Missing values stay last in both directions; numbers compare as numbers, words in their language's order.
  function compare(one, other, direction) {
    if (one === "" || other === "") return (one === "") - (other === "");
    const [a, b] = [Number(one), Number(other)];
    const order = Number.isNaN(a) || Number.isNaN(b) ? collator.compare(one, other) : a - b;
    return order * direction;
  }

  function wrap(head, button) {
    button.append(...head.childNodes);
    head.append(button);
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = head.title || words.sortHint;
      wrap(head, button);
      // Chromium prints a repeated header without the buttons in it, so on paper the labels stand alone.
      addEventListener("beforeprint", () => button.replaceWith(...button.childNodes));
      addEventListener("afterprint", () => wrap(head, button));
      button.addEventListener("click", () => {
        const known = head.getAttribute("aria-sort");
        const first = head.classList.contains("from-high") ? "descending" : "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        const wanted = known === first ? other : first;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", wanted);
        const direction = wanted === "ascending" ? 1 : -1;
        const rows = [...body.rows].sort((a, b) => compare(valueOf(a, column), valueOf(b, column), direction));
        body.append(...rows);
      });
    });
  }

  function makeFilterable(figure, table) {
    const rows = [...table.tBodies[0].rows];
    const controls = document.createElement("div");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const status = document.createElement("span");
    controls.className = "controls";
    input.type = "search";
    input.placeholder = words.filterHint;
    status.setAttribute("role", "status");
    label.append(words.filter, input);
    controls.append(label, status);
    figure.querySelector(".scroll").before(controls);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += !row.hidden;
      }
      const said = words.shownRows.replace("{shown}", shown).replace("{total}", rows.length);
      status.textContent = wanted ? said : "";
    });
  }

  for (const figure of document.querySelectorAll("figure.table")) {
    const table = figure.querySelector("table");
    if (table.tBodies[0].rows.length > 1) makeSortable(table);
    if (table.tBodies[0].rows.length >= 8) makeFilterable(figure, table);
  }
})();
