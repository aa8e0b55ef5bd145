"""The pictures of the guides and the readme: who sees which page, how wide."""

from dataclasses import dataclass

PHONE, DESK = 390, 1360


@dataclass(frozen=True)
class Picture:
    """A page as one person sees it; `follow` are the links pressed on the way to it."""

    login: str
    path: str
    follow: tuple[str, ...] = ()
    width: int = DESK
    height: int = 640


PICTURES: dict[str, Picture] = {
    "ogrenci-ana-sayfa": Picture("ogrenci", "/", width=PHONE, height=760),
    "ogrenci-tarihler": Picture(
        "ogrenci2", "/apply/", ('main a[href*="application="]', 'main a[href$="/institution"]'), height=960
    ),
    "ogrenci-sonlandirma": Picture(
        "ogrenci2", "/completion/", ('main a[href^="/completion/"]',), width=PHONE, height=900
    ),
    "komisyon-kuyruk": Picture("uye", "/applications/"),
    "komisyon-dosya": Picture("uye", "/applications/", ("[data-open]",)),
    "komisyon-sonlandirma": Picture("uye", "/completions/", ("[data-open]",)),
    "baskan-komisyon": Picture("baskan", "/commission/"),
    "kurum-stajyerlerim": Picture("isveren", "/interns/", width=PHONE, height=900),
    "kurum-devam": Picture("isveren", "/interns/", ('a[href*="/interns/attendance/"]',), width=PHONE, height=900),
    "mediko-pano": Picture("mediko", "/declarations/"),
    "kariyer-istatistik": Picture("kariyer", "/figures/"),
    "kariyer-birlestirme": Picture("kariyer", "/merging/"),
    "bilgi-islem-saglik": Picture("bidb", "/system/"),
    "bilgi-islem-giden": Picture("bidb", "/outbox/?state=failed"),
}
