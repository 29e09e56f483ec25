"""How the portal itself runs: for administrators as a page, for a Prometheus as figures."""
