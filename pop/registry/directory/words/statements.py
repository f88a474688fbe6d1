"""Sentences about a record: what to be careful with, what contradicts itself, which notices hold, what is withheld."""

from __future__ import annotations

STATEMENTS = {
    # Cautions: codes of the finder's answers, and of the pages
    "caution_hours_unconfirmed": "Nobody has confirmed these opening hours in the last 12 months.",
    "caution_hours_unknown": "The opening hours are not known.",
    "caution_holiday": "It is not known whether the service is open on public holidays.",
    "caution_not_checked": "It is not known when this was last checked.",
    "caution_not_checked_since": "Nobody has checked this since {date}.",
    "caution_lead_only": "This is a weak lead. It is shown only because nothing better is known.",
    "caution_conflicting_facts": "The sources contradict each other about this service.",
    "caution_language_not_known": "It is not known which languages the service speaks.",
    "caution_other_language": "The service is not known to speak the language asked for.",
    "caution_age_not_known": "It is not known which ages the service is for.",
    "caution_only_in": "This service is only for people in {place}.",
    "caution_free_not_known": "It is not known whether this is free.",
    "caution_anonymous_not_known": "It is not known whether people can stay anonymous.",
    "caution_no_trace_not_known": "It is not known whether this shows on a phone bill or in the call history.",
    "caution_from_abroad_not_known": "It is not known whether this works from another country.",
    "caution_outside_snapshot": "Opening hours are not worked out for that moment.",
    "caution_other_topic": "The service is not known to cover the topic asked for.",
    "caution_other_channel": "The service is reached in another way than the one asked for.",
    "caution_other_subdivision": "The service is for another part of the country.",
    # Contradictions
    "conflict_two_numbers": "The source gives more than one number for the same contact.",
    "conflict_foreign_address": "The source gives an address that belongs to another country.",
    "conflict_hours_impossible": "The source gives opening hours that cannot be right.",
    "conflict_hours_ambiguous": "The opening hours in the source can be read in two ways.",
    "conflict_hours_cut_short": "The opening hours in the source are cut short.",
    "conflict_name_says_247": "The name says day and night, but the opening hours say otherwise.",
    "conflict_emergency_short_code": "This short number is also an emergency number in this country.",
    "conflict_number_claimed_twice": "Two organisations in this country claim the same number.",
    "conflict_empty_page": "The page that lists this service is almost empty.",
    "conflict_old_claim_24_7": "The claim of day and night opening is more than three years old.",
    "conflict_unchecked_link": "The web address has not been checked in the last 90 days.",
    "conflict_lead": "Only a weak source names this service.",
    # Notices
    "notice_disrupted": "This service may not be working at the moment.",
    "notice_moved": "This service has moved: numbers and addresses may have changed.",
    "notice_crisis": "There is a crisis here: services may be hard to reach.",
    "notice_until": "This notice holds until {date}.",
    # Why children are not shown a contact
    "withheld_foreign_email": "Not shown to children: the address belongs to another country.",
    "withheld_no_address": "Not shown to children: the source names this way of contact without a number or address.",
    "withheld_emergency_number": "Not shown to children as a helpline: the number is an emergency number here.",
    "withheld_unparsed_number": "Not shown to children: the number is not a valid number in this country.",
    "withheld_other": "Not shown to children until a person has looked at it.",
    # Facts about a number
    "abroad_instead": "From another country, dial {number}.",
    "number_short": "This is a short number of {country}. In another country, the same digits may reach someone else.",
    "number_full": "This is a full phone number: {number}.",
    "message_word": "Send a message with the word {word}.",
    "checked_on": "The newest evidence for this is from {date}: {stage}.",
    # Hours
    "hours_always": "Open day and night, every day, as the source states.",
    "hours_stated": "{hours}. Times are those of {timezone}.",
    "hours_source": "The source writes: {text}",
    "holidays_open": "Open on public holidays.",
    "holidays_closed": "Closed on public holidays.",
    # Simple answers
    "yes": "Yes",
    "no": "No",
    "not_known": "Not known",
}
