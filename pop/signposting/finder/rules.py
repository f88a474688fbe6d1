"""What a child may choose, read forgivingly: nothing is compulsory and nonsense counts as not said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

# The eight tiles, in the order that never changes.
TILES = (
    "someone_hurts_me",
    "feel_bad",
    "online",
    "at_home",
    "at_school",
    "for_a_friend",
    "just_talk",
    "dont_know",
)
# The tiles that a friend's trouble can be about.
FRIEND_TILES = ("someone_hurts_me", "feel_bad", "online", "at_home", "at_school")

# The finer choices of a tile, most often needed first. A topic may stand under two tiles: a child looks for it where it
# happens. Every topic of the vocabulary that can be chosen stands somewhere (a test compares with the table).
FINER: dict[str, tuple[str, ...]] = {
    "someone_hurts_me": (
        "physical_violence",
        "sexual_violence",
        "emotional_violence",
        "bullying",
        "domestic_violence",
        "gang_or_community_violence",
        "child_marriage",
        "fgm_or_harmful_practice",
        "child_labour",
        "trafficking",
        "armed_conflict",
    ),
    "feel_bad": (
        "sadness_or_loneliness",
        "anxiety",
        "suicidal_thoughts",
        "self_harm",
        "anger",
        "trauma_or_grief",
        "eating",
        "substances",
        "self_image",
        "gender_or_sexuality",
        "physical_health",
    ),
    "online": (
        "cyberbullying",
        "online_sexual_harm",
        "privacy",
        "harmful_content",
        "scam_or_hacked",
        "gambling_or_spending",
        "hate_or_extremism",
        "report_content",
    ),
    "at_home": (
        "domestic_violence",
        "neglect",
        "family",
        "sexual_violence",
        "missing_or_runaway",
        "basic_needs",
        "child_marriage",
    ),
    "at_school": ("bullying", "school_or_work", "friends", "discrimination", "cyberbullying"),
    "for_a_friend": (),
    "just_talk": ("friends", "relationships", "family", "sadness_or_loneliness", "self_image"),
    "dont_know": (
        "sexual_health_or_pregnancy",
        "disability",
        "on_the_move",
        "basic_needs",
        "legal_help",
        "discrimination",
        "armed_conflict",
    ),
}
# Pictures and illegal content: a person first, then a checked hotline (child-interface.md, 17).
ABOUT_IMAGES = frozenset({"online_sexual_harm", "privacy", "report_content"})
IMAGE_SERVICES = frozenset({"hotline", "image_removal"})

AGES = ("8-12", "13-17", "18-24")
# The simpler words until somebody says an age: everybody understands them, also in a second language or in distress.
YOUNG_AGES = frozenset({"", "8-12"})

# Ways to be in touch without a voice, the quicker ones first.
WRITTEN = (
    "webchat",
    "sms",
    "whatsapp",
    "telegram",
    "messenger",
    "instagram",
    "viber",
    "line",
    "app",
    "in_game",
    "form",
    "forum",
    "email",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a child has said so far; "" is not said. It lives in hidden fields and nowhere else."""

    tile: str = ""
    topic: str = ""
    age: str = ""
    talk: str = ""
    friend: bool = False

    @property
    def young(self) -> bool:
        """Whether the wording for 8-12 year olds is used."""
        return self.age in YOUNG_AGES

    @property
    def age_bounds(self) -> tuple[int | None, int | None]:
        """The ages in whole years, both inclusive; (None, None) if not said."""
        if not self.age:
            return None, None
        low, high = self.age.split("-")
        return int(low), int(high)

    @property
    def about_images(self) -> bool:
        """Whether pictures or illegal content may be the matter."""
        return self.topic in ABOUT_IMAGES or (self.tile == "online" and not self.topic)

    @property
    def steps_tile(self) -> str:
        """The tile whose safe next steps are shown."""
        if self.friend or self.tile == "for_a_friend":
            return "for_a_friend"
        return self.tile or "dont_know"

    def asked_topics(self) -> tuple[str, ...]:
        """Return the topics to look for; empty: any. Reporting is never asked for here: people come before forms."""
        topics = (self.topic,) if self.topic else FINER.get(self.tile, ())
        if self.tile in {"just_talk", "dont_know"} and not self.topic:
            return ()
        return tuple(topic for topic in topics if topic != "report_content")

    def fields(self) -> dict[str, str]:
        """Return the hidden fields, those that say something only."""
        said = {"tile": self.tile, "topic": self.topic, "age": self.age, "talk": self.talk}
        if self.friend:
            said["friend"] = "1"
        return {name: value for name, value in said.items() if value}


def choice_of(form: Mapping[str, str]) -> Choice:
    """Read a form. Unknown values count as not said, and so does a topic that the chosen tile does not offer."""
    tile = form.get("tile", "")
    topic = form.get("topic", "")
    age = form.get("age", "")
    talk = form.get("talk", "")
    choice = Choice(
        tile=tile if tile in TILES else "",
        age=age if age in AGES else "",
        talk=talk if talk in {"yes", "no"} else "",
        friend=form.get("friend") == "1" or tile == "for_a_friend",
    )
    if topic in FINER.get(choice.tile, ()):
        choice = replace(choice, topic=topic)
    return choice
