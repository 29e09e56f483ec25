// Shared fragments carry instants in UTC; every viewer reads them in the zone of their own account.
// Without an account it is the zone of the device.
const zone = document.documentElement.dataset.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
const short = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "short", timeZone: zone});
const clock = new Intl.DateTimeFormat(undefined, {timeStyle: "short", timeZone: zone});
const exact = new Intl.DateTimeFormat(undefined, {dateStyle: "full", timeStyle: "long", timeZone: zone});

const localise = root => {
  for (const planner of root.querySelectorAll("[data-planner-zone]")) planner.hidden = planner.dataset.plannerZone === zone;
  for (const own of root.querySelectorAll("[data-own-zone]")) own.textContent = `in your zone, ${zone}`;
  for (const time of root.querySelectorAll("time[data-when], time[data-clock]")) {
    const at = new Date(time.dateTime);
    time.textContent = ("clock" in time.dataset ? clock : short).format(at);
    time.title = exact.format(at);
  }
};
document.addEventListener("DOMContentLoaded", () => localise(document));
document.addEventListener("htmx:after:swap", () => localise(document));
