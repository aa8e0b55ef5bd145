"""What people write and what spreadsheets make of it is read as it was meant, or not at all."""

from datetime import date

import pytest

from workflow import written
from workflow.addresses import NO_ADDRESS, NOT_SMALL, address_fault, as_address, wired
from workflow.legal_forms import name_key
from workflow.plain import plain
from workflow.turkish import folded, lowered, search_key

DECEMBER = date(2026, 12, 14)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("OGRENCİ@DEMO.EDU.TR", "ogrenci@demo.edu.tr"),
        ("Ilker.IŞIK@demo.edu.tr".replace("Ş", "S"), "ilker.isik@demo.edu.tr"),
        (" ayse\u00a0@demo.edu\u200b.tr\u202c", "ayse@demo.edu.tr"),
        ("mailto:ayse@demo.edu.tr", "ayse@demo.edu.tr"),
        ("ogrenci\u0307@demo.edu.tr".replace("ci", "ci"), "ogrenci@demo.edu.tr"),
        ("info@ÇİÇEK.COM.TR", "info@çiçek.com.tr"),
        ("info@xn--iek-1lab.com.tr", "info@çiçek.com.tr"),
        ("info@XN--IEK-1LAB.COM.TR", "info@çiçek.com.tr"),
        ("info@c\u0327ic\u0327ek.com.tr", "info@çiçek.com.tr"),
    ],
)
def test_an_address_is_stored_in_one_form_however_it_is_typed(typed: str, stored: str) -> None:
    assert (as_address(typed), as_address(stored), address_fault(stored)) == (stored, stored, None)


def test_a_domain_beyond_ascii_is_known_to_mail_servers_by_its_other_form() -> None:
    assert wired("info@çiçek.com.tr") == "info@xn--iek-1lab.com.tr"
    assert wired("ayse@demo.edu.tr") == "ayse@demo.edu.tr"


@pytest.mark.parametrize(
    ("typed", "instead"),
    [("ŞÜKRÜ@demo.edu.tr", "sukru"), ("ışık@demo.edu.tr", "isik"), ("Gülçin.Öz@demo.edu.tr", "gulcin.oz")],
)
def test_an_address_with_turkish_letters_before_the_sign_is_refused_with_the_likely_one(
    typed: str, instead: str
) -> None:
    fault = address_fault(as_address(typed))
    assert fault is not None
    assert fault.facts == {"address": f"{instead}@demo.edu.tr"}


@pytest.mark.parametrize(
    "typed", ["ayse", "ayse@", "@demo.edu.tr", "a b@x", "a@b", "a@b@c.tr", "ayse@-x.tr", "a..b@demo.edu.tr", "a@demo..tr", "a\x07@x.com.tr"]
)  # fmt: skip
def test_what_no_mail_reaches_is_no_address(typed: str) -> None:
    assert address_fault(as_address(typed)) == NO_ADDRESS


def test_a_capital_i_beside_turkish_letters_of_a_domain_is_asked_about() -> None:
    assert address_fault(as_address("info@IŞIK.COM.TR")) == NOT_SMALL
    assert as_address("info@ISIK.COM.TR") == "info@isik.com.tr"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((word, True) for word in ("evet", "EVET", "AKTİF", "AKTIF", "Aktif", "yes", "TRUE", "1", "1.0"[:1], " var\u00a0", "DOĞRU")),
        *((word, False) for word in ("hayır", "HAYIR", "HAYİR", "PASİF", "pasif", "NO", "False", "0", "YOK")),
        *((word, None) for word in ("", "belki", "2", "aktif değil")),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_in_any_capitals(typed: str, meant: bool | None) -> None:
    assert written.yes_no(typed) is meant


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0591503109", "0591503109"), ("591503109", "0591503109"), ("591503109.0", "0591503109"), ("591.503.109,00", "0591503109"),
        ("'0591503109", "0591503109"), ('="0591503109"', "0591503109"), ("059.150.31.09", "0591503109"), ("059 150 31 09", "0591503109"), ("059-150-3109", "0591503109"), ("059\u00a01503109\u200b", "0591503109"),
        ("10203040550", "10203040550"), ("102 030 405 50", "10203040550"), ("1234567890", "1234567890"),
        ("5.91503E+08", None), ("591503108", None), ("12345", None), ("123456789012", None), ("abc", None), ("", None), ("-1", None),
    ],
)  # fmt: skip
def test_a_tax_number_has_its_zeros_again_or_is_none(typed: str, stored: str | None) -> None:
    assert written.tax_no(typed) == stored


def test_the_check_digits_of_a_sole_trader_are_those_of_a_national_id() -> None:
    fits = {n: written.tax_no_fits(n) for n in ("10203040550", "10203040551", "0591503109", "0591503108")}
    assert list(fits.values()) == [True, False, True, False]
    assert [written.is_personal(n) for n in ("10203040550", "0591503109", None, "")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0462\u00a0377\u00a000\u00a000", "0462 377 00 00"), ("+90\u202f(462)\u2009377 20 00", "+90 (462) 377 20 00"),
        ("\u202a+90 532 123 45 67\u202c", "+90 532 123 45 67"), ("0532\u2011123\u20114567", "0532-123-4567"), ("00904623772000", "00904623772000"),
        ("tel:+904623772000", "+904623772000"), ("0462.377.20.00", "0462.377.20.00"), ('="04623772000"', "04623772000"), ("0532 123\u200b45 67", "0532 12345 67"), ("'05321234567", "05321234567"),
        ("4623772000.0", "4623772000"), ("0532", None), ("telefon", None), ("", None),
    ],
)  # fmt: skip
def test_a_phone_number_is_read_through_what_cannot_be_seen(typed: str, stored: str | None) -> None:
    assert written.phone(typed) == stored


def test_a_phone_number_out_of_a_file_has_its_zero_again() -> None:
    numbers = ("4623772000.0", "5321234567", "+905321234567", "2125551234")
    assert [written.phone(n, lost=True) for n in numbers] == [
        "04623772000",
        "05321234567",
        "+905321234567",
        "02125551234",
    ]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *(("1.250", 1250), ("1 250", 1250), ("1\u00a0250", 1250), ("1\u202f250", 1250), ("1,250", 1250), ("1'250", 1250), ("1.250,00", 1250)),
        *(("1.250.000", 1_250_000), ("12", 12), ("12,0", 12), ("12.0", 12), ("+12", 12), ("-5", -5), ("1250\u200b", 1250)),
        *(("1,5", None), ("1.25", None), ("1.2500", None), ("1.250,5", None), ("1e3", None), ("abc", None), ("", None), ("½", None)),
    ],
)  # fmt: skip
def test_a_whole_number_is_read_as_people_write_it(typed: str, number: int | None) -> None:
    assert written.whole(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "14.12.2026", "14/12/2026", "14-12-2026", "2026-12-14", "14.12.26", "14 Aralık 2026", "14 ARALIK 2026", "14 Ara 2026", "14. Dec 2026",
        "14 Aralık 2026 Pazartesi", "Pazartesi, 14 Aralık 2026", "14.12.2026 Pazartesi", "14-Ara-26", "14.Ara.2026", "14/Aralık/2026", "14.12.2026 00:00:00", "2026-12-14T00:00:00", "2026-12-14 00:00", "14 . 12 . 2026", "14\u00a0Aralık\u00a02026", "2026/12/14",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert written.day(typed) == DECEMBER


@pytest.mark.parametrize(
    "typed", ["12/14/2026", "31.02.2026", "14.12", "14.12.1826", "14.12.2101", "0026-12-14", "\uff12\uff10\uff12\uff16-\uff11\uff12-\uff11\uff14", "14.12.202\uff16", "14.12.0026", "14.12.026", "2026-12-14 09:30", "14 Foo 2026", "20261214", "46370", "", "bugün"]
)  # fmt: skip
def test_what_is_no_day_is_none(typed: str) -> None:
    assert written.day(typed) is None


def test_a_file_may_hold_a_day_as_its_number() -> None:
    assert [written.day(n, serial=True) for n in ("46370", "46370.0", "99999", "12")] == [
        DECEMBER,
        DECEMBER,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Karadeniz Yazılım A.Ş.", "Karadeniz Yazılım Anonim Şirketi", "KARADENİZ YAZILIM ANONİM ŞİRKETİ", "Karadeniz Yazılım AŞ", "karadeniz yazılım a. ş.",
        "Karadeniz Yazılım Anonim Şti.", "Karadeniz Yazılım San. ve Tic. A.Ş.", "Karadeniz Yazılım Sanayi ve Ticaret Anonim Şirketi", "Karadeniz Yazılım Ltd. Şti.",
        "Karadeniz Yazılım Limited Şirketi", "KARADENİZ YAZILIM LTD.ŞTİ.", "Karadeniz Yazılım LtdŞti", "Karadeniz Yazılım Sanayii Ticareti Ltd", "Karadeniz Yazılım T.A.Ş.",
        "Karadeniz Yazılım Türk Anonim Şirketi", "S.S. Karadeniz Yazılım Kooperatifi", "Karadeniz Yazılım Adi Ortaklığı", "KARADENIZ YAZILIM ANONIM SIRKETI", "Karadeniz Yazılım Ltd. Co.", "Karadeniz Yazılım Koll. Şti.", "Karadeniz Yazılım Komandit Şirketi", "Karadeniz\u00a0Yazılım\u200b",
    ],
)  # fmt: skip
def test_a_name_is_the_same_whatever_its_legal_form(name: str) -> None:
    assert name_key(name) == "karadeniz yazilim"


def test_a_name_that_only_looks_like_a_legal_form_stays() -> None:
    names = (
        "Taş Yapı",
        "K.T.Ü. A.Ş.",
        "KTÜ",
        "Asal Makine",
        "Kaya Müh. İnş. Taah. Ltd. Şti.",
        "Kaya Mühendislik İnşaat Taahhüt",
    )
    kept = [
        "tas yapi",
        "ktu",
        "ktu",
        "asal makina",
        "kaya muhendislik insaat taahhut",
        "kaya muhendislik insaat taahhut",
    ]
    assert [name_key(name) for name in names] == kept


def test_capitals_fold_without_a_loose_dot() -> None:
    assert (folded("HAYIR, İğne"), lowered("İLAN.ZIP"), lowered("IŞIK", turkish=True)) == (
        "hayir, igne",
        "ilan.zip",
        "ışık",
    )
    assert search_key("Ay\u200bşe\u00a0Yılmaz") == "ayse yilmaz"
    assert plain("\u00a0Ay\u200bşe\u00a0Yılmaz\u3164") == "Ayşe Yılmaz"
