// The numbers by month as bars; without this script the same values stand in the table.
const HEIGHT = 180;
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const TONES = ["--tone-run", "--tone-warn"];
const plots = new Map();

// Nobody points at it: then the newest month is told.
const rest = plot => { if (plot.cursor.idx == null) plot.setLegend({idx: plot.data[0].length - 1}); };

const draw = box => {
  const {months, lines, unit} = JSON.parse(box.dataset.chart);
  const names = Object.keys(lines), text = colour("--tone-quiet"), grid = colour("--tone-surface");
  const axis = {stroke: text, grid: {stroke: grid}, ticks: {stroke: grid}};
  const size = 0.8 / names.length;
  const bars = place => uPlot.paths.bars({size: [size, 48], align: names.length > 1 ? 2 * place - 1 : 0});
  const plot = new uPlot({
    width: box.clientWidth, height: HEIGHT, legend: {live: true}, cursor: {drag: {x: false}}, hooks: {setCursor: [rest]},
    scales: {x: {time: false, range: [-0.6, months.length - 0.4]}, y: {range: (plot, low, high) => [Math.min(low ?? 0, 0) * 1.1, Math.max(high ?? 0, 0) * 1.1 || 1]}},
    axes: [
      {...axis, splits: () => months.map((month, at) => at), values: (plot, all) => all.map(at => at % 3 ? "" : months[at])},
      {...axis, size: 50},
    ],
    series: [
      {label: "Month", value: (plot, at) => months[at] ?? "–"},
      ...names.map((name, place) => ({
        label: name, stroke: colour(TONES[place]), fill: colour(TONES[place]), paths: bars(place),
        points: {show: false}, value: (plot, value) => value == null ? "–" : `${value} ${unit}`,
      })),
    ],
  }, [months.map((month, at) => at), ...Object.values(lines)], box);
  rest(plot);
  return plot;
};
const anew = () => {
  for (const box of document.querySelectorAll("[data-chart]")) {
    plots.get(box)?.destroy();
    plots.set(box, draw(box));
  }
};
anew();
new MutationObserver(anew).observe(document.documentElement, {attributeFilter: ["data-bs-theme"]});
let room = innerWidth;
addEventListener("resize", () => { if (innerWidth !== room) { room = innerWidth; anew(); } });
