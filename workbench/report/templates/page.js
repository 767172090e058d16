// Tables that sort, and the contacts of the pose that is shown. It loads nothing.
(() => {
  "use strict";
  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
  };
  const compare = (a, b) => {
    // a cell without a number stays below those with one
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    heads.forEach((head, column) => {
      const button = head.querySelector("button");
      if (!button) return;
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => {
          const [x, y] = [value(a, column), value(b, column)];
          return typeof x === typeof y && down ? compare(y, x) : compare(x, y);
        });
        table.tBodies[0].append(...rows);
      });
    });
  }

  const rows = [...document.querySelectorAll("[data-pose-row]")];
  const contacts = [...document.querySelectorAll("#contacts tbody tr[data-pose]")];
  const every = document.getElementById("every-contact");
  let shown = "";
  const filter = () => {
    let count = 0;
    for (const row of contacts) {
      row.hidden = !every.checked && row.dataset.pose !== shown;
      count += !row.hidden;
    }
    const none = document.getElementById("no-contact");
    if (none) none.hidden = count > 0;
  };
  document.addEventListener("poseshown", (event) => {
    shown = event.detail;
    rows.forEach((row) => row.classList.toggle("shown", row.dataset.poseRow === shown));
    if (every) filter();
  });
  if (every) every.addEventListener("change", filter);
})();
