"""Words for a ministry's focal point at the console."""

from __future__ import annotations

from pop.places.words import Words

WORDS = Words(
    "national",
    {
        "national_services_title": "Services in my country",
        "national_services_hint": "What everybody can read about the services of your country. Open one to propose a "
        "correction. Others decide about it.",
        "national_where": "Shown",
        "national_shown_everywhere": "everywhere",
        "national_shown_map": "on the map only, not checked for children yet",
        "national_findings_title": "What contradicts itself",
        "national_findings_hint": "What the rules find in the records of your country, and somebody should correct.",
        "national_proposals_title": "Proposals about my country",
        "national_proposals_hint": "Yours, and those that change what everybody can read. Two of those who keep the "
        "registry decide about each of yours.",
        "national_proposal_from": "From",
        "national_from_you": "you",
        "national_from_ministry": "a ministry's focal point",
        "national_from_house": "those who keep the registry",
        "national_emergency_title": "Emergency numbers of my country",
        "national_emergency_hint": "Open one to say what answers there. Whether a number is shown follows from how "
        "many sources agree on it, and a ministry is one of them.",
        "national_source_hint": "A law, an official list, a web page. It is published with the correction, after the "
        "words that the ministry's focal point says so: name no private person.",
        "national_act_edit": "Propose a correction of the facts",
        "national_stands": "What the public reads",
        "national_map_only": "This record is on the map only. Its numbers and its website are not shown before it was "
        "checked for children.",
        "national_concealed": "not shown",
        "national_withdraw": "Take the proposal back",
        "national_why_not": "Why not",
        "national_outdated": "The record has changed since, or you no longer spoke for its country.",
        "national_emergency_add": "Propose one more number",
        "national_emergency_change": "Propose what answers there",
        "national_decided_by": "Two of those who keep the registry must agree. You see here what they decide.",
        "refused_other_country": "A record moves into no other country and out of none. If it stands in the wrong one, "
        "tell those who keep the registry.",
    },
)
