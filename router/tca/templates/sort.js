for (const head of document.querySelectorAll("table.sortable thead th")) {
  head.tabIndex = 0;
  const sort = () => {
    const row = head.parentNode, body = row.closest("table").tBodies[0], column = [...row.children].indexOf(head);
    const order = head.ariaSort === "ascending" ? "descending" : "ascending", sign = order === "ascending" ? 1 : -1;
    for (const each of row.children) each.ariaSort = null;
    head.ariaSort = order;
    const key = (each) => each.children[column].textContent.trim().replace(/,/g, "").replace("\u2212", "-");
    const compare = (a, b) => {
      const x = parseFloat(key(a)), y = parseFloat(key(b));
      if (isNaN(x) !== isNaN(y)) return isNaN(x) - isNaN(y);  // what has no figure stays last
      return sign * (isNaN(x) ? key(a).localeCompare(key(b)) : x - y);
    };
    body.append(...[...body.rows].sort(compare));
  };
  head.addEventListener("click", sort);
  head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
}
