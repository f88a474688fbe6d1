"""From the XForm that the form compiler makes to the tree of a form: the same XML that OpenRosa clients read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from lxml import etree

from pop.surveys.forms.definition import KINDS, Choice, Choices, Form, Group, Item, OnChange, Question, Repeat, Text
from pop.surveys.forms.lexical import TYPES, worked_out
from pop.surveys.forms.ordering import UnusableError, check_reads, duties_of
from pop.surveys.forms.references import reads_of
from pop.surveys.forms.translations import XFORMS, Translations, read_translations
from pop.surveys.forms.xpath import Compiled, Node, XPathError, compile_xpath
from pop.surveys.forms.xpath.grammar import Call, Expression, Literal, parse, walk

_XHTML = "{http://www.w3.org/1999/xhtml}"
_JAVAROSA = "{http://openrosa.org/javarosa}"
_BIND_ATTRIBUTES = frozenset(
    {
        "nodeset",
        "type",
        "relevant",
        "required",
        "constraint",
        "calculate",
        "readonly",
        *(f"{_JAVAROSA}{name}" for name in ("preload", "preloadParams", "constraintMsg", "requiredMsg")),
    }
)
_PRELOADS = {
    ("timestamp", "start"): "start",
    ("timestamp", "end"): "end",
    ("date", "today"): "today",
    ("uid", ""): "uid",
}
_CONTROLS = frozenset({"input", "select1", "select", "range", "trigger", "upload"})
# Events on which an answer is worked out once: when an answering begins, when a repeat gets another instance.
_FIRST = frozenset({"odk-instance-first-load", "odk-new-repeat"})
_CHANGED = "xforms-value-changed"
# Where the form compiler puts the choices of a list.
_ITEMS = "/".join(("root", "item"))
_NEVER = frozenset({"", "false()", "no", "false"})


def parse_xml(xml: bytes) -> etree._Element:
    """Return the root of a document; nothing outside it is read, no entity grows. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(xml, parser)


def read_form(xml: bytes, kinds: Mapping[str, str], language: str | None) -> Form:
    """Return the form of an XForm. `kinds` are the types that the sheets gave, by path; `language` is the settings'.

    Raises UnusableError for an expression that cannot be used, XPathError for what has no place of its own.
    """
    return _Reader(parse_xml(xml), kinds, language).form(xml)


class _Reader:
    def __init__(self, document: etree._Element, kinds: Mapping[str, str], language: str | None) -> None:
        head, body = document.find(f"{_XHTML}head"), document.find(f"{_XHTML}body")
        model = None if head is None else head.find(f"{XFORMS}model")
        if head is None or body is None or model is None:
            raise XPathError("form_invalid", "the form has no model or no body")
        self._title = head.findtext(f"{_XHTML}title") or ""
        self._model = model
        self._kinds = kinds
        self._namespaces = {prefix: uri for prefix, uri in document.nsmap.items() if prefix}
        self._binds = {bind.get("nodeset", ""): bind for bind in model.findall(f"{XFORMS}bind")}
        self._controls: dict[str, etree._Element] = {}
        self._groups: dict[str, etree._Element] = {}
        self._repeats: dict[str, etree._Element] = {}
        self._firsts: dict[str, str] = {}
        self._changes: dict[str, list[tuple[str, str]]] = {}
        self._walk_body(body)
        for action in model.findall(f"{XFORMS}setvalue"):
            self._action(action, None)
        self._texts: Translations = read_translations(model, fallback=language)
        self._instances = model.findall(f"{XFORMS}instance")
        self._lists = dict(self._read_lists())
        self._choices: dict[str, dict[Node, Choice]] = {}

    def form(self, xml: bytes) -> Form:
        """Return the whole form."""
        data = self._instances[0][0] if self._instances and len(self._instances[0]) else None
        if data is None:
            raise XPathError("form_invalid", "the form has no answers")
        root = self._section(data, f"/{_name(data)}", [data])
        if not isinstance(root, Group):
            raise XPathError("form_invalid", "the form as a whole repeats")
        items = {item.path: item for item in _all(root)}
        self._check(items)
        return Form(
            id=data.get("id", ""),
            version=data.get("version", ""),
            title=self._title,
            default_language=self._texts.default,
            languages=self._texts.languages,
            xml=xml,
            md5=hashlib.md5(xml, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(xml).hexdigest(),
            root=root,
            by_path=items,
            duties=duties_of(items),
            lists=self._lists,
            texts=self._texts.plain,
            namespaces=self._namespaces,
        )

    def _walk_body(self, element: etree._Element) -> None:
        for child in element:
            tag, path = _name(child), child.get("ref") or child.get("nodeset") or ""
            if tag == "group":
                self._groups[path] = child
                self._walk_body(child)
            elif tag == "repeat":
                self._repeats[path] = child
                self._walk_body(child)
            elif tag == "setvalue":
                self._action(child, None)
            elif tag in _CONTROLS:
                self._controls[path] = child
                for action in child.findall(f"{XFORMS}setvalue"):
                    self._action(action, path)
            elif tag not in {"label", "hint"}:
                raise XPathError("type_unsupported", f"questions of the kind “{tag}” are not supported")

    def _action(self, action: etree._Element, trigger: str | None) -> None:
        path = action.get("ref", "")
        value = action.get("value") or "''"
        events = set(action.get("event", "").split())
        if events & _FIRST:
            self._firsts[path] = value
        if _CHANGED in events and trigger is not None:
            self._changes.setdefault(path, []).append((trigger, value))
        if events - _FIRST - {_CHANGED}:
            raise XPathError("form_invalid", f"the event {' '.join(sorted(events))} is not supported")

    def _read_lists(self) -> Iterator[tuple[str, Node]]:
        for instance in self._instances[1:]:
            if instance.get("src"):
                raise XPathError("external_data", f"the list “{instance.get('id')}” is in another file")
            top = Node("")
            for root in instance:
                _copy(root, top)
            yield instance.get("id", ""), top

    def _section(self, element: etree._Element, path: str, rows: list[etree._Element]) -> Item:
        """Return the group, repeat or question of an element; `rows` are all instances that the form comes with."""
        if not len(element) and path not in self._groups and path not in self._repeats:
            return self._question(element, path)
        children: list[Item] = []
        seen: set[str] = set()
        for child in element:
            name = _name(child)
            if name not in seen:
                seen.add(name)
                same = [other for other in element if _name(other) == name]
                # The template of a repeat says nothing of how many rows those inside it come with.
                first = next((other for other in same if other.get(f"{_JAVAROSA}template") is None), same[0])
                children.append(self._section(first, f"{path}/{name}", same))
        bind = self._bind(path, allowed=frozenset({"nodeset", "relevant"}))
        group, repeat = self._groups.get(path), self._repeats.get(path)
        label = self._text(path, None if group is None else group.find(f"{XFORMS}label"))
        holder = group if group is not None else repeat
        looks = () if holder is None else tuple(holder.get("appearance", "").split())
        if repeat is None:
            return Group(path, _name(element), tuple(children), label, looks, self._expression(path, "relevant", bind))
        count = repeat.get(f"{_JAVAROSA}count")
        return Repeat(
            path,
            _name(element),
            tuple(children),
            label,
            looks,
            self._expression(path, "relevant", bind),
            None if count is None else self._compiled(path, "repeat_count", count),
            sum(row.get(f"{_JAVAROSA}template") is None for row in rows),
        )

    def _question(self, element: etree._Element, path: str) -> Question:
        bind, control = self._bind(path, allowed=_BIND_ATTRIBUTES), self._controls.get(path)
        kind = self._kind(path, bind, control)
        label = hint = guidance = choices = None
        looks: tuple[str, ...] = ()
        parameters: dict[str, str] = {}
        if control is not None:
            label = self._text(path, control.find(f"{XFORMS}label"))
            hint_element = control.find(f"{XFORMS}hint")
            hint = self._text(path, hint_element)
            guidance = self._texts.guidance_of(None if hint_element is None else hint_element.get("ref"))
            choices = self._choices_of(path, control)
            looks = tuple(control.get("appearance", "").split())
            parameters = {name: control.get(name, "") for name in ("start", "end", "step", "rows") if control.get(name)}
        first = self._firsts.get(path)
        relevant = self._expression(path, "relevant", bind)
        return Question(
            path=path,
            name=_name(element),
            kind=kind,
            label=label,
            hint=hint,
            guidance=guidance,
            appearance=looks,
            relevant=relevant,
            constraint=self._expression(path, "constraint", bind),
            constraint_message=self._texts.of_reference(bind.get(f"{_JAVAROSA}constraintMsg")),
            required=self._expression(path, "required", bind),
            required_message=self._texts.of_reference(bind.get(f"{_JAVAROSA}requiredMsg")),
            readonly=self._expression(path, "readonly", bind),
            calculate=self._expression(path, "calculate", bind),
            default=worked_out(kind, element.text or ""),
            first=None if first is None else self._compiled(path, "default", first),
            on_change=tuple(
                OnChange(trigger, self._compiled(path, "calculation", value))
                for trigger, value in self._changes.get(path, ())
            ),
            choices=choices,
            parameters=parameters,
            or_other=choices is not None and f"{path}_other" in self._controls and f"{path}_other" not in self._kinds,
            other_of=path.removesuffix("_other") if path.endswith("_other") and path not in self._kinds else None,
        )

    def _kind(self, path: str, bind: Mapping[str, str], control: etree._Element | None) -> str:
        """Return the kind of a question: what the sheet said, or what the compiler added."""
        said = self._kinds.get(path)
        if said in KINDS and not (said == "calculate" and control is not None):
            return str(said)
        preload = bind.get(f"{_JAVAROSA}preload")
        if preload is not None:
            parameter = bind.get(f"{_JAVAROSA}preloadParams", "")
            kind = parameter if preload == "property" else _PRELOADS.get((preload, parameter), "")
            if kind not in KINDS:
                raise XPathError("type_unsupported", f"the preload “{preload} {parameter}” is not supported")
            return kind
        if control is None:
            return "calculate" if bind.get("calculate") else "hidden"
        return TYPES.get(bind.get("type", ""), "text")

    def _choices_of(self, path: str, control: etree._Element) -> Choices | None:
        itemset = control.find(f"{XFORMS}itemset")
        if itemset is None:
            if _name(control) in {"select", "select1"}:
                raise XPathError("external_data", "choices must be in a list of the form")
            return None
        nodes = self._compiled(path, "choice_filter", itemset.get("nodeset", ""))
        source = nodes.source
        name = source.partition("instance('")[2].partition("'")[0]
        if name not in self._lists:
            raise XPathError("external_data", f"the list “{name}” of “{path}” is not in the form")
        if name not in self._choices:
            items = [item for item in self._lists[name].inside() if item.name == "item"]
            self._choices[name] = {item: self._choice(item) for item in items}
        by_node = self._choices[name]
        plain = source.strip() == f"instance('{name}')/{_ITEMS}"
        return Choices(name, tuple(by_node.values()), None if plain else nodes, by_node)

    def _choice(self, item: Node) -> Choice:
        extra = {child.name: child.text for child in item.children}
        name, label, reference = extra.pop("name", ""), extra.pop("label", None), extra.pop("itextId", None)
        text = self._texts.plain.get(reference or "") or Text(dict.fromkeys(self._texts.languages, (label or name,)))
        return Choice(name, text, extra)

    def _text(self, path: str, element: etree._Element | None) -> Text | None:
        try:
            return self._texts.of_element(element)
        except XPathError as error:
            raise UnusableError(path, "label", error) from None

    def _bind(self, path: str, *, allowed: frozenset[str]) -> Mapping[str, str]:
        bind = self._binds.get(path)
        found = {} if bind is None else {str(name): str(value) for name, value in bind.attrib.items()}
        strange = sorted(set(found) - allowed)
        if strange:
            raise UnusableError(path, strange[0], XPathError("form_invalid", f"“{strange[0]}” is not supported here"))
        return found

    def _expression(self, path: str, name: str, bind: Mapping[str, str]) -> Compiled | None:
        source = bind.get(name, "")
        if source.strip() in _NEVER and name in {"required", "readonly"}:
            return None
        column = {"calculate": "calculation"}.get(name, name)
        return self._compiled(path, column, source) if source.strip() else None

    def _compiled(self, path: str, column: str, source: str) -> Compiled:
        try:
            return compile_xpath(source.strip())
        except XPathError as error:
            raise UnusableError(path, column, error) from None

    def _check(self, items: Mapping[str, Item]) -> None:
        """Raise UnusableError for an expression that reads what the form does not have."""
        for item in items.values():
            for column, expression in _expressions(item):
                check_reads(item.path, column, expression, items)
                for part in walk(expression.tree):
                    self._check_call(item, column, part, items)
            if isinstance(item, Question):
                for change in item.on_change:
                    self._check_trigger(item, change, items)

    def _check_call(self, item: Item, column: str, part: Expression, items: Mapping[str, Item]) -> None:
        """Raise UnusableError for a list, or for the choices of a question, that the form does not have."""
        if not isinstance(part, Call) or part.name not in {"instance", "jr:choice-name"}:
            return
        named = part.arguments[-1]
        if not isinstance(named, Literal):
            return
        if part.name == "instance" and named.text not in self._lists:
            error = XPathError("reference_unknown", f"the form has no list “{named.text}”")
            raise UnusableError(item.path, column, error)
        if part.name == "jr:choice-name":
            found = [items.get(path) for path in reads_of(parse(named.text), item.path, items)]
            if not any(isinstance(one, Question) and one.choices is not None for one in found):
                error = XPathError("reference_unknown", f"“{named.text.strip()}” has no choices")
                raise UnusableError(item.path, column, error)

    def _check_trigger(self, item: Question, change: OnChange, items: Mapping[str, Item]) -> None:
        if change.trigger not in items:
            error = XPathError("reference_unknown", f"the form has no question “{change.trigger}”")
            raise UnusableError(item.path, "trigger", error)
        if not set(_repeats_above(change.trigger, items)) <= set(_repeats_above(item.path, items)):
            error = XPathError("reference_unknown", "a trigger in a repeat can only set answers of that repeat")
            raise UnusableError(item.path, "trigger", error)


def _expressions(item: Item) -> Iterator[tuple[str, Compiled]]:
    """Yield all expressions of an item, each with the column that it stands in."""
    texts = [("label", item.label)]
    plain = [("relevant", item.relevant)]
    if isinstance(item, Repeat):
        plain.append(("repeat_count", item.count))
    if isinstance(item, Question):
        plain += [("constraint", item.constraint), ("required", item.required), ("readonly", item.readonly)]
        plain += [("calculation", item.calculate), ("default", item.first)]
        plain += [("choice_filter", item.choices.nodes if item.choices else None)]
        plain += [("calculation", change.value) for change in item.on_change]
        texts += [("hint", item.hint), ("guidance_hint", item.guidance)]
        texts += [("constraint_message", item.constraint_message), ("required_message", item.required_message)]
        texts += [("label", choice.label) for choice in (item.choices.every if item.choices else ())]
    yield from ((column, expression) for column, expression in plain if expression is not None)
    for column, text in texts:
        for parts in () if text is None else text.parts.values():
            yield from ((column, part) for part in parts if isinstance(part, Compiled))


def _repeats_above(path: str, items: Mapping[str, Item]) -> list[str]:
    return [other for other, item in items.items() if isinstance(item, Repeat) and path.startswith(f"{other}/")]


def _all(item: Item) -> Iterator[Item]:
    yield item
    if not isinstance(item, Question):
        for child in item.children:
            yield from _all(child)


def _copy(element: etree._Element, parent: Node) -> None:
    node = Node(_name(element), parent, "" if len(element) else (element.text or ""))
    parent.children.append(node)
    for child in element:
        _copy(child, node)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
