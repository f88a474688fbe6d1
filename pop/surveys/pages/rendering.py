"""The survey pages as bytes: one request each, with style and script inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pop.pages.shell import render
from pop.places.languages import own_name
from pop.places.words import LANGUAGES, RIGHT_TO_LEFT, Speaker
from pop.surveys.collecting.queries.surveys import Known, offered
from pop.surveys.collecting.queries.titles import title_of as called
from pop.surveys.forms.answering import Answering, Fault, Page
from pop.surveys.forms.definition import Question
from pop.surveys.pages.fields import (
    MOST_MEGABYTES,
    Field,
    Part,
    Section,
    anchor,
    control_type,
    error_of,
    field_of,
    fields_in,
    parts_of,
    picture_root,
    title_of,
)
from pop.surveys.pages.look import CSS, SCRIPT
from pop.surveys.pages.outcomes import Outcome
from pop.surveys.pages.picturing import Asked
from pop.surveys.pages.reviewing import answered
from pop.surveys.pages.words import SURVEY


def speaker(language: str) -> Speaker:
    """Return who speaks around a form in a language: the interface's, or English where it has no such language."""
    first = language.partition("-")[0].lower()
    return Speaker((SURVEY,), next((each for each in (language, first) if each in LANGUAGES), "en"))


def root_of(form_id: str) -> str:
    """Return the address of a survey."""
    return f"/survey/{form_id}"


def start_page(
    request: HttpRequest, known: Known, *, language: str, pages: int, going: bool, partner: str, here: str
) -> bytes:
    """Return the first page; `here` is its address, `partner` whose link it is, or ""."""
    root = root_of(known.form_id)
    context = _context(known, language, title="", here=here)
    context |= {"root": root, "pages": pages, "known": going, "partner": partner, "title": context["survey_title"]}
    return render("survey/start.html", {**context, "address": absolute(request, root)})


def question_page(
    known: Known,
    answering: Answering,
    index: int,
    *,
    faults: Sequence[Fault] = (),
    new: frozenset[str] = frozenset(),
    to: str = "",
    pages: Sequence[Page] | None = None,
) -> bytes:
    """Return a page of questions; `faults` are told, `new` paths are pointed out as having just come up."""
    pages = answering.pages() if pages is None else pages
    page = pages[index]
    root = root_of(known.form_id)
    own = title_of(answering, page)
    context = _context(known, answering.language, title=own, here=f"{root}/{index + 1}", inside=True)
    say: Speaker = context["say"]
    parts = parts_of(answering, page, say, faults={each.path: each for each in faults}, new=new)
    fields = list(fields_in(parts))
    wrong = [each for each in fields if each.error]
    context |= {
        "root": root,
        "path": page.path,
        "to": to,
        "number": index + 1,
        "count": len(pages),
        "parts": _draw(parts, say),
        "wrong": wrong,
        "more": [each for each in fields if each.new],
        "script": SCRIPT,
    }
    if not own:
        context |= {"title": context["survey_title"], "heading_tongue": context["title_tongue"]}
    if wrong:
        context["head"] = say("error_prefix", title=context["head"])
    return render("survey/question.html", context, verbatim=True)


def review_page(known: Known, answering: Answering, *, faults: Sequence[Fault] = ()) -> bytes:
    """Return all answers before they are sent; `faults` are what keeps them from being sent."""
    root = root_of(known.form_id)
    context = _context(known, answering.language, title="", here=f"{root}/review", inside=True)
    say: Speaker = context["say"]
    pages = answering.pages()
    pages_of_paths = {place.path: number for number, page in enumerate(pages, start=1) for place in page.places}
    context |= {
        "root": root,
        "last": len(pages),
        "answers": answered(answering, say, root=root),
        "wrong": [
            {
                "label": answering.label(each.path),
                "error": error_of(each, say),
                "address": f"{root}/{pages_of_paths.get(each.path, 1)}?to=review&check=1#{anchor(each.path)}",
            }
            for each in faults
        ],
        "head": say["review_title"] + " · " + say["site_name"],
    }
    return render("survey/review.html", context, verbatim=True)


def picture_page(known: Known, answering: Answering, asked: Asked, *, wrong: str = "", to: str = "") -> bytes:
    """Return the page that takes one picture; `wrong` is the key of what is wrong with the last one."""
    item = answering.item(asked.path)
    context = _context(known, answering.language, title="picture_title", here="")
    say: Speaker = context["say"]
    field = field_of(answering, asked.path, item, say) if isinstance(item, Question) else None
    context |= {
        "field": field,
        "here": f"{picture_root(known.form_id)}/{anchor(asked.path)}{'?to=review' if to else ''}",
        "back": page_address(known.form_id, asked, to=to),
    }
    spoken = _spoken(context)
    if wrong:
        spoken |= {"wrong": say(wrong, most=MOST_MEGABYTES), "head": say("error_prefix", title=spoken["title"])}
    return render("survey/upload.html", spoken)


def page_address(form_id: str, asked: Asked, *, to: str = "") -> str:
    """Return where a question that wants a picture stands."""
    return f"{root_of(form_id)}/{asked.page}{'?to=review' if to else ''}#{anchor(asked.path)}"


def later_page(request: HttpRequest, known: Known, language: str, *, words: str | None, back: str) -> bytes:
    """Return what is said when answers are saved; `words` open them, or None where their owner came with them."""
    context = _context(known, language, title="later_title", here="")
    context |= {"words": words, "words_language": language, "back": back, "address": absolute(request, "/survey")}
    return render("survey/later.html", _spoken(context))


def sent_page(request: HttpRequest, known: Known, language: str, *, words: str | None, late: bool = False) -> bytes:
    """Return the thanks; `late` says that the words could not be made yet."""
    context = _context(known, language, title="sent_title", here="")
    context |= {"words": words, "words_language": language, "late": late, "address": absolute(request, "/survey")}
    return render("survey/sent.html", _spoken(context))


def kept_page(known: Known, answering: Answering, outcome: Outcome | None = None) -> bytes:
    """Return what somebody sent and what became of it, with ways to correct and to withdraw it."""
    context = _context(known, answering.language, title="kept_title", here=f"{root_of(known.form_id)}/sent")
    context["languages"] = ()
    context["answers"] = answered(answering, context["say"])
    if outcome is not None:
        say = context["say"]
        context["outcome"] = say[f"kept_{outcome.code}"]
        context["record"] = f"/{say.language}/service/{outcome.record}" if outcome.record else ""
    return render("survey/kept.html", _spoken(context), verbatim=True)


def code_page(language: str, *, wrong: str = "") -> bytes:
    """Return the page that asks for six words; `wrong` is the key of what is wrong."""
    say = speaker(language)
    context = {**_frame(say, say.language), "title": say["code_title"], "head": say["code_title"], "here": "/survey"}
    context["languages"] = [(tag, own_name(tag)) for tag in LANGUAGES]
    if not wrong:
        context["surveys"] = _listed(say)
    if context.get("surveys"):
        context |= {"title": say["list_title"], "head": say["list_title"]}
    if wrong:
        context |= {"wrong": say[wrong], "head": say("error_prefix", title=say["code_title"])}
    return render("survey/code.html", context)


def _listed(say: Speaker) -> list[dict[str, str]]:
    """Return the surveys that are open, as a reader is offered them."""
    found = []
    for known in offered():
        title = called(known, say.language)
        address = root_of(known.form_id) + (f"?language={say.language}" if say.language in known.languages else "")
        found.append(
            {"address": address, "title": title.text, "tongue": _tongue(say, title.language), "about": title.about}
        )
    return sorted(found, key=lambda each: each["title"].casefold())


def message_page(language: str, about: str, *, links: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return a page that says one thing: the words `<about>_title` and `<about>_text`; links are (key, address)."""
    say = speaker(language)
    title = say[f"{about}_title"]
    shown = [(say[key], address) for key, address in links]
    return render(
        "survey/message.html",
        {**_frame(say, language), "title": title, "text": say[f"{about}_text"], "head": title, "links": shown},
    )


def absolute(request: HttpRequest, path: str) -> str:
    """Return an address as somebody else would write it."""
    return f"{'https' if settings.PRODUCTION or request.is_secure() else 'http'}://{request.get_host()}{path}"


def _draw(parts: Sequence[Part], say: Speaker) -> SafeString:
    """Return what stands on a page, drawn."""
    drawn: list[str] = []
    for part in parts:
        if isinstance(part, Field):
            drawn.append(_drawn(part, say))
        elif isinstance(part, Section):
            context = {"part": part, "say": say, "inside": _draw(part.parts, say)}
            drawn.append(get_template("survey/section.html").render(context))
        else:
            drawn.append(get_template("survey/adder.html").render({"part": part, "say": say}))
    return mark_safe("".join(drawn))  # noqa: S308 - made by templates


def _drawn(field: Field, say: Speaker) -> SafeString:
    context = {"field": field, "say": say, "type": control_type(field), "state": _state(field)}
    context["options"] = _options(field)
    return mark_safe(get_template(f"survey/{_template(field)}.html").render(context))  # noqa: S308 - by a template


def _template(field: Field) -> str:
    if field.control in ("note", "picture"):
        return field.control
    return "several" if field.several else "field"


def _state(field: Field) -> SafeString:
    """Return the attributes that tell assistive technology what a control is like."""
    said = f' aria-describedby="{field.described}"' if field.described else ""
    # A group of boxes can be neither required nor invalid to assistive technology: its legend and its error say it.
    if field.control not in ("boxes", "tick", "picture"):
        said += ' aria-required="true"' if field.required else ""
        said += ' aria-invalid="true"' if field.error else ""
    return mark_safe(said)  # noqa: S308 - ids and constants


def _options(field: Field) -> SafeString:
    """Return the choices of a field. Hundreds of them take a template thirty times as long."""
    if field.control == "search":
        return mark_safe("".join(f'<option value="{escape(each.label)}">' for each in field.options))  # noqa: S308
    if field.control in ("select", "place"):
        drawn = []
        for each in field.options:
            chosen = " selected" if each.chosen else ""
            drawn.append(f'<option value="{escape(each.value)}"{chosen}>{escape(each.label)}</option>')
        return mark_safe("".join(drawn))  # noqa: S308 - escaped
    if field.control not in ("radios", "boxes"):
        return mark_safe("")
    head = f'<label class="o"><input type="{"radio" if field.control == "radios" else "checkbox"}" name="'
    head += f'{escape(field.path)}" value="'
    return mark_safe(  # noqa: S308 - escaped
        "\n".join(
            f'{head}{escape(each.value)}"{" checked" if each.chosen else ""}><span>{escape(each.label)}</span></label>'
            for each in field.options
        )
    )


def _frame(say: Speaker, language: str) -> dict[str, Any]:
    return {
        "say": say,
        "css": CSS,
        "language": language,
        "language_now": say("language_now", language=own_name(language)),
        "tongue": _tongue(say, language),
    }


def _tongue(say: Speaker, language: str) -> SafeString:
    """Return the attributes of a form's own words, where they are not in the language of what stands around them."""
    if language == say.language:
        return mark_safe("")
    direction = "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    return mark_safe(f' lang="{escape(language)}" dir="{direction}"')  # noqa: S308 - escaped


def _context(known: Known, language: str, *, title: str, here: str, inside: bool = False) -> dict[str, Any]:
    say = speaker(language)
    shown = [(tag, own_name(tag)) for tag in known.languages] if here and len(known.languages) > 1 else []
    survey = called(known, say.language)
    return {
        **_frame(say, language),
        "languages": shown,
        "here": here,
        "inside": inside,
        "title": title,
        "survey_title": survey.text,
        "title_tongue": _tongue(say, survey.language),
        "heading_tongue": _tongue(say, language),
        "head": f"{title or survey.text} · {say['site_name']}",
    }


def _spoken(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return a context whose title is the key of a word, with the word in its place."""
    say: Speaker = context["say"]
    title = say[context["title"]]
    return {**context, "title": title, "head": f"{title} · {say['site_name']}"}
