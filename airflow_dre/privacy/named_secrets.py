"""Values that follow a word such as ``password`` or ``Authorization``, in a text that has a plain form."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = (
    *("pass", "pwd", "token", "secret", "credential", "key", "sig", "sessid", "sessionid", "identified", "kennwort", "senha", "contrase"),
    *("\u043f\u0430\u0440\u043e\u043b\u044c", "\u5bc6\u7801", "\u5bc6\u78bc", "\u30d1\u30b9\u30ef\u30fc\u30c9", "\ube44\ubc00\ubc88\ud638"),
)
"""One of them is in every text that has a name of a secret."""
_KEY = re.compile(
    r"(?:api|access|account|private|fernet|secret|encryption|signing|signature|subscription|shared|master|auth|service|webhook|storage|session"
    r"|app(?:lication)?|client|deploy|host|license|admin|jwt)[_. -]?$"
)
"""Before ``key``: other keys are those of a table."""
_STRONG = (
    r"(?:pass(?:word|wd|phrase|code|wort)|pwd|secret|credential|kennwort|senha|contrase[n\u00f1]a|key"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u5bc6\u78bc|\u30d1\u30b9\u30ef\u30fc\u30c9|\ube44\ubc00\ubc88\ud638)"
    r"s?(?:[_-]?(?:key|id|hash|value|text))?[0-9]?"
)
_NAME = rf"(?:{_STRONG}|tokens(?=[\"']?\s{{0,9}}[=:]\s{{0,9}}[\[\"'])|token|sess(?:ion)?id|sig(?:nature)?|mot de passe|pass)(?![a-z0-9])"
_COLUMN = re.compile(
    r"[\w-]*(?:token|sig|signature|(?:password|passwd|passphrase|pwd|secret|credential|(?:api|access|account|private|fernet)[_-]?key)"
    r"s?(?:[_-]?(?:key|id|hash))?)",
    re.IGNORECASE,
)
_QUOTED = (
    r"(?:[a-z]\w{0,30}\()?[brfu]{0,2}(?:\"\"(?![\s,;)}\]])([^\"\n]{1,4000}+)\"\""
    r"|\"(?:((?:[^\"\\]|\\.|\"\"){0,4000}+)\"|([^\"\n]*+))|'(?:((?:[^'\\]|\\.|''){0,4000}+)'|([^'\n]*+)))"
)
"""A text in quotes, perhaps as an argument (``SecretStr('...')``). A quote within is escaped or doubled, and one that is not closed ends
with its line."""
_GROUPED = r"(\([^)]{0,2000}+\)?|\[[^\]]{0,2000}+\]?|\{[^}]{0,2000}+\}?)"
_BLOCK = r"[|>][+-]?[ \t]*+\n[ \t]*+([^\n]++)"
"""A text below its name, as YAML has it."""
_WORD_OF_SECRET = re.compile(_NAME)
_BEHIND = re.compile(
    rf"{_NAME}(?:[\"'\])]*+\s*+(?:(?:=>|->|:=|={{1,3}})\s*+(?:{_QUOTED}|{_GROUPED}|([^\s&;,\"')}}\]]++))"
    rf"|(:)(?![:=])(?:\s{{0,99}}+(?=[\"'\[])|[ \t]*+)(?:{_QUOTED}|{_GROUPED}|{_BLOCK}|([^\s\"'<>]++)))"
    rf"|([\"'],)\s{{0,9}}{_QUOTED}\s?\)"
    rf"|[\"'][\s,;]*+[\"']?value[\"']?\s*+[:=]\s*+[\"']([^\"']*+))",
    re.DOTALL,
)
_COLON_GROUP, _BARE_GROUP, _PAIR_GROUP = 8, 16, 17
_OPENS_PAIR = re.compile(r"(?:^|[\[(,]\s?)\([\"'][\w.-]{0,40}$")
"""The beginning of a pair of name and value, in contrast to a list of names."""
_BEHIND_OPTION = re.compile(rf"-(?<![\w-]-)-?[\w-]{{0,40}}?{_NAME}[ \t]++(?!-)(?:{_QUOTED}|([^\s\"'|;]++))", re.DOTALL)
_IN_TAG = re.compile(rf"<[\w:.-]{{0,40}}?{_NAME}[\w.-]{{0,10}}(?:\s[^<>]{{0,300}})?>(?:<!\[cdata\[)?([^<]++)")
_IN_NEXT_TAG = re.compile(rf"{_NAME}[\"']?\s*+(?:</(?:name|key)|/)?>\s*+<\w++>([^<]++)")
_QUOTED_BEHIND = re.compile(
    r"(?:pass(?:word|phrase)|secret|identified(?:\s++with\s++\S{1,40})?\s++by)\s++(?:password\s++)?(?:\"((?:[^\"\n]|\"\")++)\"|'((?:[^'\n]|'')++)')"
)
_OTHERS = (
    ("authorization", re.compile(
        r"authorization[\"'\]]*+\s*+[:=]\s*+[\"']?(?:(?:basic|bearer|token|apikey|api-key|digest|negotiate|ntlm|key|splunk|sso-key)\s++)?"
        r"([^\s\"',;]++)"
    )),
    ("bearer", re.compile(r"bearer(?<!\wbearer)\s++(?=\S{0,400}?\d|\S{20})([\w.~+/=-]{8,}+)")),
    ("cookie", re.compile(r"cookie(?<![a-z]cookie)[\"']?\s*+:\s*+[\"']?((?=[^\s=;]{1,100}=)[^\n\"']++)")),
    ("-u", re.compile(r"-(?:u|-user|-proxy-user)[ =]{0,2}[\"']?[^\s:\"'/]{1,100}+:([^\s\"'@/]++)(?![/@])")),
    ("jdbc:oracle", re.compile(r"jdbc:oracle:\w{1,9}:[^/\s@:]{1,100}+/([^@\s]++)@")),
    ("sqlplus", re.compile(r"sqlplus\s++(?:-\w{1,9}\s++){0,4}[^/\s@]{1,100}+/([^@\s]++)")),
    ("login", re.compile(r"login\s++\S++\s++password\s++(\S++)")),
)  # fmt: skip
"""Other ways, each with a word that is in every text that has it."""
_COMMANDS = (
    (" -p", re.compile(r"\s-p[ \t]?([^\s-]\S*+)|\b(?:mysql\w{0,20}+|mariadb[\w-]{0,20}+|sshpass\b|mongo\w{0,20}+|sqlcmd\b|bcp\b)|[\n|;]")),
    (" -a", re.compile(r"\s-a[ \t]?([^\s-]\S*+)|redis-cli\b|[\n|;]")),
)
"""Options that hold a password, the programs that take them, and what ends a command, each with a word that is in every such text."""
_NEAR = 200
"""Characters between the name of a program and its option."""
_ORDINARY = frozenset(
    re.findall(
        r"\w+",
        """
        a all an and any are as at be been before but by can cannot column columns could contains did do does empty ended error errors
        expected expired failed failure false field for found from has have if in incorrect input invalid is it its lies longer may missing
        more most must nil no non none not nothing null of off ok on one only optional or out redacted refused rejected required row rows
        same should some than that the their there these this time to too true type types undefined unexpected unique unknown unless use
        used value values was were what when where which with within without wrong yes you your
        """,
    )
)
"""Words that begin a statement about a value, and are not the value."""
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?(?=[\s,.;:!?)]|$)")
_JUDGED = re.compile(
    r"-?\d[\d.,:]*+%?\s++(?:of|is|are|rows?|values?|characters?|bytes?|columns?|do|does|was|were|seconds?|minutes?|hours?|days?)\b"
    r"|\S{1,200}\s++(?:is|are|was)\s++(?:not|no|none|within|out|neither|missing|below|above|a|an|the|at|exactly)\b"
)
"""Statements of checks about values, in which the name of the check may be the word."""
_INTRODUCED = re.compile(r"(?:unexpected|invalid|unknown|illegal|missing|next|near|last|first|no|bad|wrong|offending)\s+$")
_HEAD = re.compile(r"[<-][\w:.-]*+")
_OPENS_LINE = re.compile(r"(?:^|\n)[ \t#-]{0,64}+(?:export[ \t]{1,64}+)?[\w.-]{0,64}+$")


def find_named_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every value behind a word that marks it as a secret."""
    small = text.lower()
    if len(small) != len(text):  # a few capitals are two characters when they are small
        small = "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
    if any(word in small for word in _WORDS):
        yield from _find_behind(small)
        for sign, pattern in (("-", _BEHIND_OPTION), ("<", _IN_TAG), ("<", _IN_NEXT_TAG)):
            if sign in small:
                yield from (_group(found) for found in pattern.finditer(small) if _is_name(small, found))
        yield from (_group(found) for found in _QUOTED_BEHIND.finditer(small))
    for word, pattern in _OTHERS:
        if word in small:
            for found in pattern.finditer(small):
                if found[1].rstrip(".,:;") not in _ORDINARY:
                    yield found.span(1)
    for option, pattern in _COMMANDS:
        if option in small:
            yield from _find_options(small, pattern)


def _find_options(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield values of an option behind the name of a program that takes it, in one command."""
    named = -1
    for found in pattern.finditer(text):
        if found[1] is not None:
            if named != -1 and found.start() - named <= _NEAR and found[1].rstrip(".,:;") not in _ORDINARY:
                yield found.span(1)
            named = -1
        else:
            named = -1 if found[0] in "\n|;" else found.end()


def _find_behind(text: str) -> Iterator[tuple[int, int]]:
    """Yield values behind ``=`` and ``:``, and those of a pair of name and value."""
    position = 0
    while (word := _WORD_OF_SECRET.search(text, position)) is not None:
        name, position = word.span()
        found = _BEHIND.match(text, name) if _is_name(text, word) else None  # a value is read for a name only, and once
        if found is None:
            continue
        position = found.end()
        start, end = _group(found)
        if found[_PAIR_GROUP] is not None:
            if _OPENS_PAIR.search(text[max(0, name - 48) : name]):
                yield start, end
        elif found.lastindex != _BARE_GROUP:
            if found[_COLON_GROUP] is None or ")" not in text[name:start]:
                yield start, end
        elif _is_secret(text, name, start):
            yield start, _end_of_bare(text, name, start, end)


def _is_name(text: str, found: re.Match[str]) -> bool:
    """Return whether the word of a match names a secret, and is neither the key of a table nor a part of a longer word."""
    name = found.start()
    head = _HEAD.match(text, name)
    if head is not None and head.end() - name > 1:  # an option or a tag
        return not text.startswith("key", head.end() - 3) or _KEY.search(text, name, head.end() - 3) is not None
    if text.startswith("key", name):
        return _KEY.search(text, max(0, name - 24), name) is not None
    if text.startswith(("sig", "pass"), name) and name and text[name - 1].isalpha():
        return text.startswith(("passw", "passp", "passc", "signature"), name)
    return True


def _group(found: re.Match[str]) -> tuple[int, int]:
    return found.span(found.lastindex or 0)


def _is_secret(text: str, name: int, start: int) -> bool:
    """Return whether a bare word behind a colon is a value, and not the beginning of a statement about one."""
    word = _WORD.match(text, start)
    if word is not None and word[0] in _ORDINARY:
        return False
    if text.find(")", name, start) != -1 or _JUDGED.match(text, start) or _INTRODUCED.search(text, max(0, name - 20), name):
        return False
    if text.startswith(("passw", "passp", "passc", "signature"), name) or not text.startswith(("pass", "sig"), name):
        return True
    return _opens_line(text, name) or text[max(0, name - 3) : name].rstrip()[-1:] in ("(", "{", "[", ",", ";", "|", '"', "'")


def _opens_line(text: str, name: int) -> bool:
    if name == 0 or text[name - 1] == "\n":
        return True
    low = max(0, name - 64)
    found = _OPENS_LINE.search(text[low:name])
    return found is not None and (found.start() > 0 or low == 0 or text[low] == "\n")


def _end_of_bare(text: str, name: int, start: int, end: int) -> int:
    """Return the end of a value: that of its line where the name begins the line, and else that of the word."""
    if _opens_line(text, name):
        line = text.find("\n", start)
        end = len(text) if line == -1 else line
    while end > start + 1 and text[end - 1] in ",;)]}.\"' \t\r":
        end -= 1
    return end


def names_a_secret(column: str) -> bool:
    """Return whether the values of a column are secrets by its name, such as ``password`` or ``client_secret``."""
    return _COLUMN.fullmatch(column) is not None
