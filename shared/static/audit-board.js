// The inspector's chart. The same figures stand in the table below it.
document.addEventListener("DOMContentLoaded", async () => {
  const place = document.getElementById("board-chart");
  if (!place || typeof echarts === "undefined") return;
  place.style.height = "22rem";
  const chart = echarts.init(place, null, { renderer: "svg" });
  const colours = ["#8c8579", "#b8860b", "#b3261e", "#2f6f4f"];
  async function show() {
    const answer = await fetch(place.dataset.source, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const board = await answer.json();
    chart.setOption({
      animation: false,
      aria: { enabled: true, decal: { show: true } },
      color: colours,
      grid: { left: 48, right: 16, top: 40, bottom: 64 },
      legend: { top: 0 },
      tooltip: { trigger: "axis" },
      xAxis: { type: "category", data: board.labels },
      yAxis: { type: "value", minInterval: 1 },
      series: board.series.map((one) => ({
        name: one.name, type: "bar", stack: "all", data: one.values,
      })),
    });
  }
  new ResizeObserver(() => chart.resize()).observe(place);
  await show();
  setInterval(show, 5000);
});
