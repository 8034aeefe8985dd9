"""Who is who without keeping who it is: keyed hashes of identifiers, joined by union; identifiers end here."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from stdnum.cn import ric

from needs_analytics.core.tables import ORDINAL
from needs_analytics.core.wording import key as compared
from needs_analytics.intake.dates import read_birth_date
from needs_analytics.intake.reading import is_absent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.arrays import Objects

_FIRST_BORN = dt.date(1890, 1, 1)
_LONGEST_CARD = 100  # characters of a card's number and what is said of it
_BLOCK = 64  # bytes of SHA-256
IDENTIFIERS = ("id_card", "phone", "name", "birth_date", "address", "household")
_ID = re.compile(r"\d{17}[\dx]|\d{15}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}")
_DOOR = re.compile(r"[\d〇零一二三四五六七八九十百](?:号(?![网楼院弄栋幢])|室|户|门)|\d[-—－]\d|(?<!\d)\d{3,4}$")
_TITLE = r"(?:先生|女士|小姐|同志|师傅|阿姨|大爷|大妈|大娘|奶奶|爷爷)"
_CALLED = re.compile(  # what many are called
    rf"{_TITLE}|居民|匿名|户主|本人|家属|村民|住户|群众|网格员|无名氏|不详|无"
)
_NAMED = re.compile(rf"(.{{3}}){_TITLE}")
_WRITTEN_PHONE = re.compile(
    r"[^\d*.+()]{0,6}(\(?\+?\d(?:[-() ]?\d){6,16})(?:(?:转|-|ext\.?)\d{1,6})?(?:[/、,;].*|[(\u4e00-\u9fff].*)?$"
)
_LIKE_A_CARD = re.compile(r"(?=(?:\*?\d){8})[\d*]{16,18}[\dx*]?")
_LIKE_A_PHONE = re.compile(r"(?=(?:\**\d){7})1[\d*]{9,11}")
_DOTS = re.compile(r"[·•‧・∙.]")  # 阿依古丽·买买提, by the input method
_IN_BRACKETS = re.compile(r"\([^\d]*\)$")


@dataclass(frozen=True, slots=True)
class IdCard:
    """What an ID-card number tells: whether it can be one, date of birth and sex."""

    valid: bool
    born: dt.date | None = None
    sex: str = ""


def read_id_card(text: str) -> IdCard:
    """Check an ID-card number (GB 11643): checksum and date decide, the place code is only a hint.

    Fifteen-digit numbers carry no checksum; their date decides.
    """
    number = _card_number(text)
    if not _ID.fullmatch(number) or len(set(number)) == 1:
        return IdCard(valid=False)
    old = len(number) == 15
    digits = f"{number[:6]}19{number[6:]}" if old else number
    try:
        born = dt.date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return IdCard(valid=False)
    if born < _FIRST_BORN:
        return IdCard(valid=False)
    if not old and ric.calc_check_digit(number).lower() != number[-1]:
        return IdCard(valid=False)
    return IdCard(valid=True, born=born, sex="男" if int(digits[16]) % 2 else "女")


def _card_number(text: str) -> str:
    return "" if len(text) > _LONGEST_CARD else re.sub(r"[-\s]", "", _IN_BRACKETS.sub("", compared(text).lstrip("'")))


def _card_token(text: str) -> str:
    """Return a valid card's number of 18 digits, also of an old one of 15; ``""`` for another text."""
    if not read_id_card(text).valid:
        return ""
    number = _card_number(text)
    whole = f"{number[:6]}19{number[6:]}" if len(number) == 15 else number[:17]
    return whole + ric.calc_check_digit(f"{whole}0").lower()


def clean_phone(text: str) -> str:
    """Return a phone number's digits, ``""`` when it is none, masked, damaged or made up.

    Of several numbers it is the first, of an extension its line.

    Examples
    --------
    >>> clean_phone("138-0000-1234（儿子）"), clean_phone("0571-88886666转8001"), clean_phone("138****1234")
    ('13800001234', '057188886666', '')
    """
    if _MOBILE.fullmatch(text):  # nearly all of them
        return text if len(set(text[1:])) > 1 else ""
    found = _WRITTEN_PHONE.match(compared(text).removesuffix(".0"))
    if not found:
        return ""
    digits = re.sub(r"\D", "", found[1])
    digits = re.sub(r"^(?:00)?86(?=1\d{10}$)", "", digits)
    return digits if _PHONE.fullmatch(digits) and len(set(digits[1:])) > 1 else ""


def told_as(text: str) -> tuple[str, str]:
    """Return what a text tells somebody by (``id_card``, ``phone``, ``name``) as it is compared; ``""`` for nothing.

    Examples
    --------
    >>> told_as("138-0000-1234"), told_as(" 王 秀英女士"), told_as("无")
    (('phone', '13800001234'), ('name', '王秀英'), ('', ''))
    """
    found = (("id_card", _card_token(text)), ("phone", clean_phone(text)), ("name", _named(text)))
    return next(((kind, told) for kind, told in found if told), ("", ""))


def _named(text: str) -> str:
    return "" if re.search(r"\d", text) else _name(text)


def told_by(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what tells the people of a table's rows apart, as texts that are compared; ``""`` for nothing told.

    Returns
    -------
    ``card, phone`` (valid), ``written_card, written_phone`` (also damaged or masked), ``name``, ``born`` (from either),
    ``told_born``, ``address`` (one that leads to a door), ``sex``, ``told_sex``, ``community``; ``low, high`` (age) and
    ``place`` (where the row stands, or would stand if the rows were ordered by content).
    """
    told = {name: _read(frame, column, read) for name, column, read in _TOLD}
    by_card = pd.Series([f"{card[6:10]}-{card[10:12]}-{card[12:14]}" if card else "" for card in told["card"]],
                        index=frame.index, dtype=object)  # fmt: skip
    ages = {name: _ages(frame, f"age_{name}") for name in ("low", "high")}
    columns = (frame[name].astype(object) for name in ("file", "digest", "sheet") if name in frame)
    order = frame[ORDINAL if ORDINAL in frame else "row"].astype(int)
    places = ["|".join(("row", *where, f"{row:07d}")) for *where, row in zip(*columns, order, strict=True)]
    born = by_card.where(by_card != "", told["told_born"])
    return pd.DataFrame({**told, "born": born, **ages, "place": pd.Series(places, index=frame.index, dtype=object)})


def _ages(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame[column].astype(float) if column in frame else pd.Series(np.nan, index=frame.index)


def _read(frame: pd.DataFrame, column: str, read: Callable[[str], str]) -> pd.Series:
    """Return a column's texts as they are compared, each distinct text read once."""
    if column not in frame:
        return pd.Series("", index=frame.index, dtype=object)
    codes, texts = pd.factorize(frame[column].astype(object))
    known = np.array([*(read(str(text)) for text in texts), ""], dtype=object)  # the last: nothing there
    return pd.Series(known[codes], index=frame.index, dtype=object)


def household_keys(frame: pd.DataFrame, secret: bytes) -> Objects:
    """Return a key per household: its number, else its address, within the community; ``None`` without either."""
    community = frame["community"].fillna("") if "community" in frame else pd.Series("", index=frame.index)
    keys = np.full(len(frame), None, dtype=object)
    for column, read in (("address", _home), ("household", _present)):
        homes = _read(frame, column, read)
        given = (homes != "").to_numpy()
        keys[given] = hashes_of(f"{column}|" + community[given] + "|" + homes[given], secret)
    return keys


def household_form_keys(keys: pd.Series, secret: bytes) -> Objects:
    """Return the keys of the households for which the persons of some keys filled in a form."""
    return hashes_of("household|" + keys.astype(object), secret)


def code_of(text: str, secret: bytes) -> str:
    """Return a short keyed code of a name that may not pass intake (an interviewer's)."""
    return hash_of(f"staff|{compared(text)}", secret)[:8]


def _present(text: str) -> str:
    return "" if is_absent(compared(text)) else compared(text)


def _home(text: str) -> str:
    """Return an address that leads to a door, ``""`` for a mere community or village, which many of one name share."""
    address = _present(text)
    return address if _DOOR.search(address) else ""


def _name(text: str) -> str:
    name = _DOTS.sub("", compared(text))
    nobodys = is_absent(name) or "*" in name or "某" in name or len(name) < 2 or _CALLED.fullmatch(name)
    return "" if nobodys else _NAMED.sub(r"\1", name)


def _birth(text: str) -> str:
    reading = read_birth_date(text)
    to_the_day = isinstance(reading.value, dt.datetime) and reading.note != "approximate"
    return f"{reading.value:%Y-%m-%d}" if to_the_day else ""


def _written_card(text: str) -> str:
    """Return an ID-card number also where it is damaged or masked."""
    number = _card_token(text) or _card_number(text)
    return number if _LIKE_A_CARD.fullmatch(number) else ""


def _written_phone(text: str) -> str:
    """Return a mobile phone's number also where a digit is wrong, missing or masked."""
    number = clean_phone(text) or re.sub(r"[-\s]", "", compared(text).removesuffix(".0"))
    return number if _PHONE.fullmatch(number) or _LIKE_A_PHONE.fullmatch(number) else ""


_TOLD: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("card", "id_card", _card_token),
    ("written_card", "id_card", _written_card),
    ("phone", "phone", clean_phone),
    ("written_phone", "phone", _written_phone),
    ("name", "name", _name),
    ("told_born", "birth_date", _birth),
    ("address", "address", _home),
    ("sex", "sex", _present),
    ("told_sex", "told_sex", _present),
    ("community", "community", _present),
)


def hash_of(text: str, secret: bytes) -> str:
    """Return a keyed hash; without the key that of an ID card could be reversed by enumeration."""
    return str(hashes_of([text], secret)[0])


def hashes_of(texts: Sequence[str] | pd.Series | Objects, secret: bytes) -> Objects:
    """Return the HMAC-SHA-256 of many texts, 32 hex digits each, every distinct one computed once.

    The key is mixed in once for all of them (RFC 2104), in half the time of one call of :mod:`hmac` each.
    """
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
    padded = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    inside, outside = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    found = []
    for text in distinct.tolist():
        inner, outer = inside.copy(), outside.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        found.append(outer.hexdigest()[:32])
    return np.array(found or [""], dtype=object)[codes]
