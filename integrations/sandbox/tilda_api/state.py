"""What the simulated project holds."""

from __future__ import annotations

from dataclasses import dataclass, field

HOURLY = 150  # calls an hour, as Tilda allows

PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<link rel="shortcut icon" href="images/tild-logo.png" type="image/png" />
<title>Шаблон партнёра</title>
<meta property="og:title" content="Шаблон партнёра" />
<meta name="robots" content="nofollow" />
<link rel="canonical" href="http://partners.tilda.example/template">
<link rel="stylesheet" href="css/tilda-blocks-page{id}.min.css" type="text/css" media="all" />
<script type="text/javascript" src="js/tilda-scripts-3.0.min.js" defer></script>
</head>
<body class="t-body">
<div id="allrecords" class="t-records" data-tilda-project-id="{project}" data-tilda-page-id="{id}">
<header id="rec1" class="r t-rec">
<img src="images/tild-logo.png" alt="" width="48" height="48"> <b>{heading}</b></header>
<div id="rec2" class="r t-rec"><div class="t-container">{{{{content}}}}</div></div>
<footer id="rec3" class="r t-rec">Подвал сайта, как его нарисовали в Tilda</footer>
</div>
</body>
</html>
"""
STYLE = (
    "body.t-body{margin:0;font-family:Georgia,serif;background:#fff8ef;color:#2b2118}"
    ".t-rec{padding:20px max(20px,calc(50% - 480px))}"
    "header.t-rec{background:url(../images/tild-logo.png) right 20px center no-repeat #6b3f1d}"
    "header.t-rec{color:#fff;font-size:24px}"
    "footer.t-rec{background:#2b2118;color:#e8d9c5}"
)
SCRIPT = "document.documentElement.classList.add('t-js');"


@dataclass
class Page:
    id: str
    title: str
    heading: str
    published: int = 0


def first_pages() -> dict[str, Page]:
    return {
        "7000001": Page("7000001", "Шаблон партнёра", "Дома и цены"),
        "7000002": Page("7000002", "Шаблон каталога", "Дома и цены: каталог"),
    }


@dataclass
class TildaApiState:
    pages: dict[str, Page] = field(default_factory=first_pages)
    calls: list[float] = field(default_factory=list)  # when, unix time
    hourly: int = HOURLY
    deliveries: list[str] = field(default_factory=list)
