"""The one page for people: the switch, and what it does to the figures."""

from collections.abc import Mapping
from html import escape

from .figures import METRICS
from .traffic import Mode

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
MEANING = {
    Mode.HEALTHY: ("Healthy", "Everything is within its limits."),
    Mode.SLOW: ("Slow", "Every answer takes long, /health too."),
    Mode.FAILING: ("Failing", "Almost every third request fails, and /health answers 503."),
    Mode.COLD: ("Cache cold", "The cache answers less than half of what it is asked."),
}
LIMITS = {
    "cache_hit_rate": "> 85",
    "api_response_time": "< 200",
    "retrieval_time_avg": "< 200",
    "error_rate": "< 0.1",
}
STYLE = """\
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: .25rem }
form { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem }
button { font: inherit; padding: .75rem; border: 1px solid #8888; border-radius: .5rem;
  background: #8881; color: inherit; cursor: pointer }
button:hover { background: #8883 }
button:focus-visible { outline: 3px solid #4a90d9; outline-offset: 2px }
button[aria-pressed=true] { font-weight: 600; color: #fff; border-color: transparent }
.healthy[aria-pressed=true] { background: #1c7443 }
.slow[aria-pressed=true], .cold[aria-pressed=true] { background: #8a5300 }
.failing[aria-pressed=true] { background: #b3261e }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
th, td { text-align: left; padding: .4rem; border-bottom: 1px solid #8886; font-weight: normal }
td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font-size: .95em }
footer { opacity: .8 }
"""


def switch_page(mode: Mode, figures: Mapping[str, float]) -> str:
    title, meaning = MEANING[mode]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · Sample service</title>"
        '<link rel="stylesheet" href="/style.css"><h1>Sample service</h1>'
        "<p>Something for the demo's gates to measure. Turn the switch: within a minute the gates"
        " that passed turn red. Back at healthy, <em>Run all</em> in the portal makes them green."
        "</p>"
        f'<form method="post">{"".join(_button(one, mode) for one in Mode)}</form>'
        f"<p role=status>{meaning}</p>{_table(figures)}"
        "<footer><p>The traffic is made up, 100 requests a second; the figures are those of the"
        ' last 20 seconds. For machines: <a href="/health">/health</a>,'
        ' <a href="/figures">/figures</a>, <a href="/metrics">/metrics</a>.</p>'
        "<p><code>/api/v1/query</code> imitates Prometheus for these names, and is there only"
        " because the demo runs without one.</p></footer></html>"
    )


def _button(one: Mode, mode: Mode) -> str:
    pressed = "true" if one is mode else "false"
    return (
        f'<button class="{one}" name="mode" value="{one}" aria-pressed="{pressed}">'
        f"{MEANING[one][0]}</button>"
    )


def _table(figures: Mapping[str, float]) -> str:
    rows = "".join(
        f"<tr><th scope=row><code>{name}</code><br>{escape(METRICS[name][1])}</th>"
        f"<td>{value:g}</td><td>{escape(LIMITS.get(name, ''))}</td></tr>"
        for name, value in figures.items()
        if not name.endswith("_total")
    )
    head = "<tr><th>Figure</th><td>Now</td><td>Planned</td></tr>"
    return f"<table>{head}{rows}</table>"
