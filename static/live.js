// The live page: says when its stream is down, never harms what somebody is doing, counts down.
const live = document.getElementById("live");
const line = document.getElementById("live-status");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const query = new URLSearchParams(live?.getAttribute("hx-sse:connect")?.split("?")[1]);
const PATIENCE = 1500, FIRST_WAIT = 1000, LONGEST_WAIT = 15000;
const ROWS = "li[id], tr[id], [data-live-row]";
const FIELDS = "textarea, select, [contenteditable=''], [contenteditable=true],"
  + " input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=hidden])";

// --- the connection -----------------------------------------------------------------------

let connected = false, wait = FIRST_WAIT, notice = 0, retry = 0, personal = 0, etag = "";

const found = () => {
  connected = true;
  wait = FIRST_WAIT;
  clearTimeout(notice);
  clearTimeout(retry);
  notice = retry = 0;
  line.textContent = "";
};

// A page in the background pauses its stream by itself, and a short gap is nobody's concern.
const tell = () => {
  if (!connected && !document.hidden) line.textContent = "Live updates paused; reconnecting…";
};
const lost = () => {
  connected = false;
  notice ||= setTimeout(tell, PATIENCE);
};

// The extension reconnects a stream that once was open; a first attempt that fails is ours.
const connectAgain = () => {
  lost();
  clearTimeout(retry);
  retry = setTimeout(() => {
    if (!live._htmx?.sse) htmx.ajax("GET", live.getAttribute("hx-sse:connect"), {source: live});
  }, wait * (0.7 + Math.random() * 0.6));
  wait = Math.min(wait * 2, LONGEST_WAIT);
};

// Signed out, or no longer allowed: the page itself leads to where one can do something about it.
const refused = code => {
  const recently = Date.now() - Number(sessionStorage.getItem("live-reloaded")) < 30000;
  // A server without streams must not make the page reload for ever.
  if (![401, 403, 404].includes(code) || recently) return false;
  sessionStorage.setItem("live-reloaded", Date.now());
  location.reload();
  return true;
};

const isStream = ctx => ctx?.request.action.startsWith("/live/");

if (live && line) {
  if (live._htmx?.sse) found();
  // htmx starts by a timer that may run before its extension has arrived; then nobody connects.
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
    if (!live._htmx?.triggerSpecs?.length) htmx.process(live);
  }));
  live.addEventListener("htmx:sse:before:connection", () => { if (connected) lost(); });
  live.addEventListener("htmx:sse:after:connection", found);
  live.addEventListener("htmx:sse:error", event => { if (!refused(event.detail.status)) lost(); });
  live.addEventListener("htmx:response:error", event => {
    const {ctx} = event.detail;
    if (!refused(ctx.response.status) && isStream(ctx)) connectAgain();
  });
  live.addEventListener("htmx:error", event => { if (isStream(event.detail.ctx)) connectAgain(); });
  // People concerned fetch their part; the server says how far to spread them.
  live.addEventListener("htmx:sse:before:message", event => {
    const {message} = event.detail;
    if (message.event !== "personal") return;
    event.preventDefault();
    clearTimeout(personal);
    personal = setTimeout(() => htmx.trigger(live, "personal"), Math.random() * Number(message.data));
  });
  document.addEventListener("changed", () => { if (!connected) fetchPanels(); });
  // Where streams cannot pass at all, the page asks now and then.
  setInterval(() => {
    if (connected || document.hidden) return;
    fetchPanels();
    if (!live._htmx?.sse) connectAgain();
  }, LONGEST_WAIT);
  document.addEventListener("visibilitychange", () => setTimeout(tell, PATIENCE));
}

// Everything the page shows, or the panels that had to wait.
const fetchPanels = async (panels = query.get("panels")) => {
  const all = panels === query.get("panels");
  const answer = await fetch(`${live.dataset.panels}?panels=${panels}`, {
    headers: {"HX-Request": "true", ...(all && etag && {"If-None-Match": etag})},
  }).catch(() => null);
  if (!answer || refused(answer.status) || !answer.ok) return;
  if (all) etag = answer.headers.get("ETag") ?? "";
  const text = await answer.text();
  await htmx.swap({text, sourceElement: live, target: live, swap: "none swapEmpty:false"});
  htmx.trigger(live, "personal");
};

// --- never harm ---------------------------------------------------------------------------

const typingIn = root => {
  const field = document.activeElement;
  return field?.matches(FIELDS) && root?.contains(field) ? field : null;
};
const waiting = new Set();

// A panel that no longer has the field somebody is typing in waits until they are done.
document.addEventListener("htmx:before:swap", event => {
  const {ctx, tasks} = event.detail;
  if (!live || ctx?.sourceElement !== live) return;
  for (const task of [...tasks]) {
    const field = typingIn(task.target);
    if (field && !(field.id && task.fragment.querySelector(`[id="${CSS.escape(field.id)}"]`))) {
      tasks.splice(tasks.indexOf(task), 1);
      waiting.add(task.target.closest("[id$='-panel']").id.replace(/-panel$/, ""));
    } else if (task.target) {
      remember(task.target);
    }
  }
});
document.addEventListener("focusout", () => setTimeout(() => {
  const now = [...waiting].filter(name => !typingIn(document.getElementById(`${name}-panel`)));
  now.forEach(name => waiting.delete(name));
  if (now.length) fetchPanels(now.join(","));
}, 300));

htmx.registerExtension("portal-live", {
  htmx_before_morph_node: node => node !== document.activeElement || !typingIn(node),
  // What a person has opened stays open.
  htmx_before_morph_attr: (node, {attrName}) => !(node.tagName === "DETAILS" && attrName === "open"),
});

// --- what changed flashes once ------------------------------------------------------------

const before = new WeakMap();
// A time is what it says to machines; its words are ours.
const said = row => {
  const copy = row.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.textContent = time.dateTime;
  return copy.textContent.replace(/\s+/g, " ");
};
const rowsOf = part => [...(part.matches(ROWS) ? [part] : []), ...part.querySelectorAll(ROWS)];
const remember = part => {
  before.set(part, new Map(rowsOf(part).map(row => [row.id, said(row)])));
};
const flash = part => {
  const rows = before.get(part);
  before.delete(part);
  if (!rows || calm.matches) return;
  for (const row of rowsOf(part)) {
    if (!row.id || rows.get(row.id) === said(row)) continue;
    row.classList.add("flash");
    row.addEventListener("animationend", () => row.classList.remove("flash"), {once: true});
  }
};
document.addEventListener("htmx:after:settle", event => {
  if (event.target instanceof Element && before.has(event.target)) flash(event.target);
  countDown();
});

// --- countdowns ---------------------------------------------------------------------------

const two = number => String(number).padStart(2, "0");
const span = seconds => {
  const [days, hours, minutes] = [seconds / 86400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${two(minutes)} min`;
  return `${minutes} min ${two(seconds % 60)} s`;
};
const countDown = () => {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const left = Math.round((new Date(time.dateTime) - Date.now()) / 1000);
    const words = left >= 0 ? `in ${span(left)}` : `${span(-left)} ago`;
    if (time.textContent !== words) time.textContent = words;
  }
};
countDown();
setInterval(countDown, 1000);
