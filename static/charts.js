// Charts of a watch: drawn from the points that the page's own address tells, and grown by what is
// new. Without this script the same values stand in a table. Times are shown as times.js shows them.
const home = document.getElementById("charts");
const EVERY = 5000, HEIGHT = 190;
// A machine may send what it measured a while ago; so many seconds back are asked for again.
const LATE = 3600;
const plots = new Map();
let marks = [], newest = 0, width = 0;

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
  const edge = bbox.left + bbox.width, gap = 4 * devicePixelRatio;
  for (const mark of marks) {
    const x = plot.valToPos(mark.at, "x", true);
    const isLast = x + gap + ctx.measureText(mark.text).width > edge;
    ctx.textAlign = isLast ? "right" : "left";
    ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
    ctx.fillText(mark.text, isLast ? x - gap : x + gap, bbox.top + 12 * devicePixelRatio);
  }
  ctx.restore();
};

// The limits belong to what is seen, or a chart that is far from them would hide how far.
const range = bands => (plot, low, high) => {
  const seen = [low, high, ...bands.map(band => band.from)].filter(value => value != null);
  if (!seen.length) return [0, 1];
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const edge = (most - least || Math.abs(most) || 1) * 0.08;
  // At the top is room for the words of what happened.
  return [least - edge, most + 3 * edge];
};

// One reading alone is no span of time; without an edge it would be drawn within years.
const spread = (plot, low, high) => low === high ? [low - 60, high + 60] : [low, high];

// Between two marks of the time stands a minute at least, since no shorter time is written there.
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 43200].map(minutes => 60 * minutes);
// The day stands below the first hour of it.
const days = new Intl.DateTimeFormat(undefined, {day: "numeric", month: "short", timeZone: zone});
const hours = (plot, splits) => splits.map((at, place) => {
  const [day, before] = [at, splits[place - 1] ?? 0].map(one => days.format(one * 1000));
  return clock.format(at * 1000) + (place && day === before ? "" : `\n${day}`);
});
const inUnit = unit => (plot, value) => value == null ? "–" : `${+value.toPrecision(6)} ${unit}`;

// Nobody points at it: then the newest values are told.
const rest = plot => { if (plot.cursor.idx == null) plot.setLegend({idx: plot.data[0].length - 1}); };

const draw = (figure, data) => {
  const bands = JSON.parse(figure.dataset.bands);
  const unit = figure.dataset.unit;
  const line = colour("--tone-run"), text = colour("--tone-quiet"), grid = colour("--tone-surface");
  const axis = {stroke: text, grid: {stroke: grid}, ticks: {stroke: grid}};
  const box = figure.querySelector(".plot");
  const plot = new uPlot({
    width: box.clientWidth, height: HEIGHT, tzDate: at => uPlot.tzDate(new Date(at * 1000), zone),
    legend: {show: true, live: true},
    cursor: {sync: {key: "watch", setSeries: false}, drag: {x: true, y: false}},
    scales: {x: {range: spread}, y: {range: range(bands)}},
    axes: [{...axis, incrs: steps, values: hours}, {...axis, size: 60}],
    series: [
      {label: "At", value: (plot, at) => at == null ? "–" : short.format(at * 1000)},
      {label: "Mean", stroke: line, width: 2, value: inUnit(unit)},
      {label: "Lowest", stroke: "transparent", points: {show: false}, value: inUnit(unit)},
      {label: "Highest", stroke: "transparent", points: {show: false}, value: inUnit(unit)},
    ],
    bands: [{series: [3, 2], fill: `${line}40`}],
    hooks: {drawClear: [shade(bands)], setCursor: [rest]},
  }, data, box);
  rest(plot);
  return plot;
};

// The last bucket may have grown, so that the new points take the place of what overlaps. Where
// nothing does, nothing came for longer than is asked for again: an empty point breaks the line.
const grown = (before, after) => {
  const kept = before[0].findIndex(at => at >= after[0][0]);
  const until = kept < 0 ? before[0].length : kept;
  const gap = kept < 0 ? [[before[0].at(-1) + width], [null], [null], [null]] : [[], [], [], []];
  return before.map((column, number) => column.slice(0, until).concat(gap[number], after[number]));
};

// As the watch grows its points stand further apart; then all of them are told anew.
const take = found => {
  const isWhole = width !== found.width;
  marks = found.marks;
  width = found.width;
  for (const figure of home.querySelectorAll(".chart")) {
    const {key} = figure.dataset, points = found.series[key];
    if (!points) continue;
    newest = Math.max(newest, points[0].at(-1));
    const plot = plots.get(key);
    if (!plot) plots.set(key, draw(figure, points));
    else grow(plot, isWhole ? points : grown(plot.data, points));
  }
};
// Who looks closer keeps what they look at.
const grow = (plot, data) => {
  const shown = plot.scales.x.min == null || isAllShown(plot);
  plot.setData(data, shown);
  if (!shown) plot.redraw();
  rest(plot);
};
const isAllShown = plot => plot.scales.x.min <= plot.data[0][0] && plot.scales.x.max >= plot.data[0].at(-1);

const ask = async () => {
  if (document.hidden) return;
  const found = await told(newest ? `?since=${newest - LATE}` : "");
  const all = found && newest && found.width !== width ? await told("") : found;
  if (all) take(all);
};
const told = async query => {
  const answer = await fetch(home.dataset.points + query);
  return answer.ok ? answer.json() : null;
};

const anew = () => {
  for (const [key, plot] of plots) {
    const {data} = plot;
    plot.destroy();
    plots.set(key, draw(home.querySelector(`[data-key="${key}"]`), data));
  }
};

if (home) {
  const askQuietly = () => ask().catch(() => {});
  askQuietly();
  setInterval(askQuietly, EVERY);
  new MutationObserver(anew).observe(document.documentElement, {attributeFilter: ["data-bs-theme"]});
  let room = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== room) { room = innerWidth; anew(); } });
}
