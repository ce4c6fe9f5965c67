"""Forms as a browser without scripts sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

Fields = dict[str, list[str]]


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, and what it would send as it stands."""

    action: str
    fields: Fields = field(default_factory=dict)

    def put(self, name: str, *texts: str) -> Form:
        """The form with a field filled in otherwise."""
        self.fields[name] = list(texts)
        return self


class _Reader(HTMLParser):
    """Collects the successful controls of each form (HTML, 4.10.22.4)."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._form = Form(said.get("action", ""))
                self.forms.append(self._form)
            case "input" if said.get("type") in {"checkbox", "radio"}:
                if "checked" in said:
                    self._send(said["name"], said["value"])
            case "input":
                self._send(said["name"], said.get("value", ""))
            case "textarea":
                self._area, self._text = said["name"], ""
            case "select":
                self._select, self._options = said["name"], []
            case "option":
                self._options.append((said["value"], "selected" in said))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area is not None:
            self._send(self._area, self._lines())
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [self._options[0][0]]
            self._send(self._select, chosen[-1])
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def _lines(self) -> str:
        text = self._text.replace("\r\n", "\n").removeprefix("\n")
        return text.replace("\n", "\r\n")

    def _send(self, name: str, text: str) -> None:
        if self._form is not None and name:
            self._form.fields.setdefault(name, []).append(text)


def form_of(html: str, ending: str) -> Form:
    """The form of a page whose action ends so."""
    reader = _Reader()
    reader.feed(html)
    (found,) = [form for form in reader.forms if form.action.endswith(ending)]
    return found


def errors_at(html: str, name: str) -> list[str]:
    """What a page says is wrong with a field, beside it."""
    mark = f'id="field-{name.replace(".", "-")}-error"'
    if mark not in html:
        return []
    shown = html.partition(mark)[2].partition("</ul>")[0]
    return [part.partition("</li>")[0] for part in shown.split("<li>")[1:]]


async def form(client: httpx2.AsyncClient, path: str) -> Form:
    """The form of a page that goes back to where the page is."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return form_of(answer.text, path.partition("?")[0])


async def sent(client: httpx2.AsyncClient, filled: Form) -> httpx2.Response:
    """What comes of a form."""
    return await client.post(filled.action, data=filled.fields)
