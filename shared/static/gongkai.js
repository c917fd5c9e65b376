// Small comforts; every page works without them.
document.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
  const turning = document.querySelector("[data-next]");
  if (turning) {
    setTimeout(() => location.assign(turning.dataset.next), 1000 * Number(turning.dataset.seconds));
  }
  for (const link of document.querySelectorAll("[data-large]")) {
    const on = () => document.cookie.split("; ").includes("large=1");
    const show = () => {
      document.documentElement.classList.toggle("large", on());
      link.textContent = on() ? "标准版" : "大字版";
    };
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.cookie = "large=" + (on() ? "0" : "1") + "; path=/; max-age=31536000; samesite=lax";
      show();
    });
    show();
  }
  // A table wider than its place is scrolled with the arrow keys: where it scrolls it takes the focus.
  const watch = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const scrolls = target.scrollWidth > target.clientWidth;
      for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
      if (!scrolls) continue;
      target.tabIndex = 0;
      target.setAttribute("role", "group");
      target.setAttribute("aria-label", target.querySelector("caption")?.textContent || "表格");
    }
  });
  for (const wrap of document.querySelectorAll(".table-wrap")) watch.observe(wrap);
});
