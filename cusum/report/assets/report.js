"use strict";
/* Draws the figures of a page, and sorts and filters its tables. Nothing is fetched and nothing is stored. */
(function () {
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true });

  function drawFigures() {
    document.querySelectorAll("script.chart-data").forEach(function (source) {
      const place = document.getElementById(source.dataset.for);
      const figure = JSON.parse(source.textContent);
      if (figure.layout.template === "shared") figure.layout.template = window.cusumTheme;
      const config = { responsive: true, displaylogo: false, modeBarButtons: [["toImage"]] };
      if (figure.layout.width) config.responsive = false;
      Plotly.newPlot(place, figure.data, figure.layout, config).then(function () {
        place.dataset.drawn = "true";
      });
    });
  }

  function fitForPrint(printing) {
    document.querySelectorAll(".chart[data-drawn]").forEach(function (place) {
      const paper = document.body.classList.contains("trainee") ? 850 : 1010; // a trainee's is then made smaller, see the style
      Plotly.relayout(place, printing ? { width: paper } : { autosize: true, width: null });
    });
  }

  function value(row, index) {
    const cell = row.cells[index];
    return cell.dataset.order !== undefined ? cell.dataset.order : cell.textContent.trim();
  }

  function sortBy(table, index, heading) {
    const falling = heading.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).map(function (row, place) { return { row: row, key: value(row, index), place: place }; });
    const numbers = rows.every(function (item) { return item.key !== "" && !Number.isNaN(Number(item.key)); });
    rows.sort(function (a, b) {
      const order = numbers ? Number(a.key) - Number(b.key) : collator.compare(a.key, b.key);
      return (falling ? -order : order) || a.place - b.place;
    });
    rows.forEach(function (item) { body.appendChild(item.row); });
  }

  function makeSortable(table) {
    table.querySelectorAll("thead th").forEach(function (heading, index) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", function () { sortBy(table, index, heading); });
    });
  }

  function matches(row, wanted) {
    if (wanted.text && !row.textContent.toLocaleLowerCase(language).includes(wanted.text)) return false;
    if (wanted.region && row.dataset.region !== wanted.region) return false;
    if (wanted.department && row.dataset.department !== wanted.department) return false;
    if (!wanted.status) return true;
    const all = Array.from(row.attributes).filter(function (one) { return one.name.startsWith("data-status-"); });
    return all.some(function (one) {
      return one.value === wanted.status && (!wanted.procedure || one.name === "data-" + wanted.procedure);
    });
  }

  function makeFilter(form) {
    const rows = Array.from(document.getElementById(form.dataset.table).tBodies[0].rows);
    const output = form.querySelector("output");
    function apply() {
      const wanted = {};
      form.querySelectorAll("[data-filter]").forEach(function (field) {
        wanted[field.dataset.filter] = field.value;
      });
      wanted.text = (wanted.text || "").trim().toLocaleLowerCase(language);
      let shown = 0;
      rows.forEach(function (row) {
        row.hidden = !matches(row, wanted);
        if (!row.hidden) shown += 1;
      });
      output.textContent = shown === 1 ? output.dataset.one : output.dataset.many.replace("#", shown);
    }
    form.addEventListener("input", apply);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function () { setTimeout(apply, 0); });
    form.hidden = false;
    apply();
  }

  if (window.Plotly) drawFigures();
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll("form.filters").forEach(makeFilter);
  window.addEventListener("beforeprint", function () { fitForPrint(true); });
  window.addEventListener("afterprint", function () { fitForPrint(false); });
})();
