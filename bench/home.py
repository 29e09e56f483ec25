"""S11: home with 100 and with 10,000 signatures that wait, in a real browser; and a first visit.

python -m deploy_portal.embedded with -- python -m bench.home [SIGNATURES]
"""

import os
import statistics
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_portal.settings")
# Playwright's loop stays in this thread, and the ORM is called between its turns.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()

from django.conf import settings  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

from accounts.models import User  # noqa: E402
from approvals.models import Request, Rule  # noqa: E402
from bench.database import database  # noqa: E402
from bench.live import served  # noqa: E402
from deployments import clock, services  # noqa: E402
from deployments.enums import State  # noqa: E402
from deployments.models import Deployment  # noqa: E402
from tests.audit.many import make_many  # noqa: E402
from tests.browser import FLAGS  # noqa: E402
from tests.builders import Team, make_person, make_role, make_team, signed_in  # noqa: E402

NAME = "portal_bench_home"
FEW, MANY = 100, 10_000
SERVICES = 20
ROUNDS = 100
# What Lighthouse tells of a page, by the browser's own measure.
FIGURES = """() => new Promise(done => {
  const found = {lcp: 0, cls: 0, blocked: 0};
  const see = (type, add) => new PerformanceObserver(list => list.getEntries().forEach(add))
    .observe({type, buffered: true});
  see("largest-contentful-paint", one => { found.lcp = one.startTime; });
  see("layout-shift", one => { found.cls += one.value; });
  see("longtask", one => { found.blocked += Math.max(0, one.duration - 50); });
  setTimeout(() => {
    const [page] = performance.getEntriesByType("navigation");
    const files = performance.getEntriesByType("resource");
    done({
      ...found, load: page.loadEventEnd, answer: page.responseStart,
      fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
      // A picture that a page names twice is asked for once.
      requests: [page, ...files].filter(one => one.transferSize).length,
      weight: [page, ...files].reduce((sum, one) => sum + one.transferSize, 0),
    });
  }, 300);
})"""


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with database(NAME):
        owner, teams = (
            make_person("owner"),
            [make_team(f"s-{n}", f"s{n}_") for n in range(SERVICES)],
        )
        for team in teams:
            services.grant_role(team.service, make_role("product_owner"), owner, actor=None)
        with served(NAME) as (_, port), sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            address = f"http://127.0.0.1:{port}/"
            for number, goal in ((min(FEW, many), 120), (many, 150)):
                fill(teams, number)
                tell(browser, address, owner, number, goal)
            browser.close()


def fill(teams: list[Team], number: int) -> None:
    """So many open requests in all, each of a deployment of its own at a time of its own."""
    now = clock.now()
    missing = number - Request.objects.count()
    for place, team in enumerate(teams):
        own = missing // len(teams) + (place < missing % len(teams))
        if own <= 0:
            continue
        numbers = make_many(team, own)
        like = Rule.objects.get(deployment=numbers[0], role__key="product_owner")
        Rule.objects.filter(deployment=numbers[0]).exclude(pk=like.pk).delete()
        facts = {"role": like.role, "key": like.key, "position": 1, "statement": like.statement}
        Rule.objects.bulk_create(Rule(deployment_id=one, **facts) for one in numbers[1:])
        found = Deployment.objects.in_bulk(numbers)
        for at, one in enumerate(found.values(), start=1):
            one.state, one.submitted_at = State.IN_REVIEW, now
            one.t0 = now + timedelta(hours=3 * at)
            one.window_end = one.t0 + timedelta(hours=2)
        Deployment.objects.bulk_update(
            found.values(), ["state", "submitted_at", "t0", "window_end"], batch_size=500
        )
        Request.objects.bulk_create(
            Request(deployment_id=rule.deployment_id, rule=rule, asked_at=now,
                    due_at=now + timedelta(hours=2))
            for rule in Rule.objects.filter(deployment__in=numbers)
        )  # fmt: skip


def tell(browser: Browser, address: str, owner: User, number: int, goal: int) -> None:
    context = context_of(browser, address, owner)
    page = context.new_page()
    once = measured(page, address)
    print(
        f"{number} signatures wait; a first visit: {once['weight'] / 1000:.0f} kB over "
        f"{once['requests']:.0f} requests, first paint {once['fcp']:.0f} ms, largest "
        f"{once['lcp']:.0f} ms, shifts {once['cls']:.3f}, blocked {once['blocked']:.0f} ms"
    )
    visits = [measured(page, address) for _ in range(ROUNDS)]
    times = sorted(one["load"] for one in visits)
    print(
        f"warm, navigation to load, ms: p50 {statistics.median(times):.0f} "
        f"p95 {times[int(ROUNDS * 0.95) - 1]:.0f}   (promised: {goal}); the answer begins after "
        f"{statistics.median(one['answer'] for one in visits):.0f}",
        flush=True,
    )
    context.close()


def context_of(browser: Browser, address: str, owner: User) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    key = str(signed_in(owner).session.session_key)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
    return context


def measured(page: Page, address: str) -> dict[str, float]:
    """In a window that is open already, as for whoever comes home again."""
    page.goto(address, wait_until="load")
    page.get_by_role("heading", name="What needs me").wait_for()
    found: dict[str, float] = page.evaluate(FIGURES)
    return found


if __name__ == "__main__":
    main()
