(() => {
  "use strict";
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const filter = document.getElementById("filter");
  const search = document.getElementById("search");
  const status = document.getElementById("status");
  const shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll(".rows tbody tr")].map((row) => ({
    row,
    text: plain(row.textContent),
    status: row.querySelector(".status").textContent,
  }));
  const apply = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const each of rows) {
      const fits = (!status.value || each.status === status.value) && words.every((word) => each.text.includes(word));
      each.row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = `Rows shown: ${count.toLocaleString("en-GB")} of ${rows.length.toLocaleString("en-GB")}`;
  };
  search.addEventListener("input", apply);
  status.addEventListener("change", apply);
  for (const link of document.querySelectorAll(".spots a")) {
    link.addEventListener("click", () => {
      search.value = "";
      status.value = "";
      apply();
    });
  }
  filter.hidden = rows.length === 0;
  apply();
})();
