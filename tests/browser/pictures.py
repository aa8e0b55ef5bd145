"""The pictures of the guides and the readme: who sees which page, how wide."""

from dataclasses import dataclass

PHONE, DESK = 390, 1360


@dataclass(frozen=True)
class Picture:
    """A page as one person sees it; `follow` is a link to press on it first."""

    login: str
    path: str
    follow: str = ""
    width: int = DESK
    height: int = 850


PICTURES: dict[str, Picture] = {
    "ogrenci-ana-sayfa": Picture("ogrenci", "/", width=PHONE, height=760),
    "ogrenci-tarihler": Picture("ogrenci", "/my-applications/", 'a[href*="/apply/"]'),
    "ogrenci-sonlandirma": Picture("ogrenci2", "/completion/", "tbody a, .cards a", width=PHONE, height=900),
    "komisyon-kuyruk": Picture("uye", "/applications/"),
    "komisyon-dosya": Picture("uye", "/applications/", "[data-open]"),
    "komisyon-sonlandirma": Picture("uye", "/completions/", "[data-open], tbody a"),
    "baskan-komisyon": Picture("baskan", "/commission/"),
    "kurum-stajyerlerim": Picture("isveren", "/interns/", width=PHONE, height=900),
    "kurum-devam": Picture("isveren", "/interns/", 'a[href*="/interns/attendance/"]', width=PHONE, height=900),
    "mediko-pano": Picture("mediko", "/declarations/"),
    "kariyer-istatistik": Picture("kariyer", "/figures/"),
    "kariyer-birlestirme": Picture("kariyer", "/merging/"),
    "bilgi-islem-saglik": Picture("bidb", "/system/"),
}
