// Charts of a watch: drawn from the points that the page's own address tells, and grown by what is
// new. Without this script the same values stand in a table.
const home = document.getElementById("charts");
const EVERY = 5000, HEIGHT = 180;
const plots = new Map();
let marks = [], newest = 0;

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const TONES = {warning: "--tone-warn", critical: "--tone-bad"};

// What is beyond a limit is shaded under the lines, and what happened is a line through all.
const shade = bands => plot => {
  const {ctx, bbox} = plot;
  const at = value => plot.valToPos(value, "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const band of bands) {
    const limit = at(band.from);
    const [top, bottom] = band.above ? [bbox.top, limit] : [limit, bbox.top + bbox.height];
    ctx.globalAlpha = 0.1;
    ctx.fillStyle = colour(TONES[band.severity]);
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
    ctx.globalAlpha = 0.8;
    ctx.fillRect(bbox.left, limit - 1, bbox.width, 2);
  }
  ctx.globalAlpha = 0.9;
  ctx.fillStyle = colour("--tone-quiet");
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
  for (const mark of marks) {
    const x = plot.valToPos(mark.at, "x", true);
    ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
    ctx.fillText(mark.text, x + 4 * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
  }
  ctx.restore();
};

// The limits belong to what is seen, or a chart that is far from them would hide how far.
const range = bands => (plot, low, high) => {
  const seen = [low, high, ...bands.map(band => band.from)].filter(value => value != null);
  if (!seen.length) return [0, 1];
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const edge = (most - least || Math.abs(most) || 1) * 0.08;
  return [least - edge, most + edge];
};

const draw = (figure, data) => {
  const bands = JSON.parse(figure.dataset.bands);
  const unit = figure.dataset.unit;
  const line = colour("--tone-run"), text = colour("--tone-quiet"), grid = colour("--tone-surface");
  const axis = {stroke: text, grid: {stroke: grid}, ticks: {stroke: grid}};
  const box = figure.querySelector(".plot");
  return new uPlot({
    width: box.clientWidth, height: HEIGHT, legend: {show: true, live: true},
    cursor: {sync: {key: "watch", setSeries: false}, drag: {x: true, y: false}},
    scales: {y: {range: range(bands)}},
    axes: [axis, {...axis, size: 60}],
    series: [
      {label: "At"},
      {label: "Mean", stroke: line, width: 2, value: (plot, value) => value == null ? "–" : `${+value.toPrecision(6)} ${unit}`},
      {label: "Lowest", stroke: "transparent", points: {show: false}},
      {label: "Highest", stroke: "transparent", points: {show: false}},
    ],
    bands: [{series: [3, 2], fill: `${line}40`}],
    hooks: {drawClear: [shade(bands)]},
  }, data, box);
};

// The last bucket may have grown, so that the new points take the place of what overlaps.
const grown = (before, after) => {
  const kept = before[0].findIndex(at => at >= after[0][0]);
  const until = kept < 0 ? before[0].length : kept;
  return before.map((column, number) => column.slice(0, until).concat(after[number]));
};

const take = found => {
  marks = found.marks;
  for (const figure of home.querySelectorAll(".chart")) {
    const {key} = figure.dataset, points = found.series[key];
    if (!points) continue;
    newest = Math.max(newest, points[0].at(-1));
    const plot = plots.get(key);
    if (!plot) plots.set(key, draw(figure, points));
    else plot.setData(grown(plot.data, points), plot.scales.x.min == null || isWhole(plot));
  }
};
const isWhole = plot => plot.scales.x.min <= plot.data[0][0] && plot.scales.x.max >= plot.data[0].at(-1);

const ask = async () => {
  if (document.hidden) return;
  const answer = await fetch(`${home.dataset.points}${newest ? `?since=${newest}` : ""}`);
  if (answer.ok) take(await answer.json());
};

const anew = () => {
  for (const [key, plot] of plots) {
    const {data} = plot;
    plot.destroy();
    plots.set(key, draw(home.querySelector(`[data-key="${key}"]`), data));
  }
};

if (home) {
  ask();
  setInterval(() => ask().catch(() => {}), EVERY);
  new MutationObserver(anew).observe(document.documentElement, {attributeFilter: ["data-bs-theme"]});
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; anew(); } });
}
