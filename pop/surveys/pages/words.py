"""What the survey pages say around a form's own words. They speak to adults who answer for an organisation."""

from __future__ import annotations

from pop.places.words import Words

SURVEY = Words(
    "survey",
    {
        "site_name": "PoP",
        "skip": "Go to the content",
        "find_help": "Find help for a child",
        "language_title": "Language",
        "language_now": "Language: {language}",
        "error_prefix": "Error: {title}",
        # All surveys.
        "list_title": "Surveys that you can answer",
        # The first page.
        "start_kicker": "Survey",
        "start_about": "This survey asks organisations about what they do so that children can get help and be safe. "
        "It is meant for adults who may speak for their organisation.",
        "start_pages": "It has about {count} pages. Your answers decide which questions follow.",
        "start_help": "Nobody answers calls for help here. If you or somebody you know needs help, this page lists "
        "services that do.",
        "start_readers_title": "Who reads your answers",
        "start_readers": "Your answers are read by the people who review them for this map of services. They check "
        "each record before it is published, and they publish only what you allow in the survey.",
        "start_kept": "While you write, your answers are kept on this server in sealed form. Only your browser, or the "
        "six words that you can ask for, opens them. What is not sent within 90 days is deleted.",
        "start_cookie": "One cookie holds the key to your answers. It ends when you send them or close the browser. "
        "Nothing else is stored on your device, and nobody else learns that you were here.",
        "start_invited": "This link was made for {partner}. Answers that come through it count as answers of "
        "{partner}.",
        "start_button": "Start",
        "start_known_title": "You have begun already",
        "start_known": "This browser holds answers that were not sent yet.",
        "start_go_on": "Go on with them",
        "start_anew": "Begin anew and delete them",
        "start_code": "Go on with answers from another device, or see what you sent",
        "start_share_title": "Ask others to answer",
        "start_share": "You may pass this address on:",
        # A page of questions.
        "progress": "Page {number} of {count}",
        "optional": "optional",
        "next": "Next",
        "back": "Back",
        "to_review": "Save and check all answers",
        "later": "Save and continue later",
        "choose": "Choose one",
        "search_hint": "Begin to write, then choose from the list.",
        "search_near": "Did you mean one of these?",
        "filter": "Find in this list",
        "filter_count": "{count} in this list",
        "clear": "No answer",
        "add": "Add another: {label}",
        "add_first": "Add: {label}",
        "remove": "Remove {label}, number {number}",
        "remove_short": "Remove",
        "row": "{label}, number {number}",
        "row_plain": "Entry",
        "none_yet": "Nothing added yet.",
        "yes": "Yes",
        "agree": "I confirm this",
        "hint_range": "A number from {start} to {end}",
        "hint_point": "The country is enough. It is kept as a point in its middle.",
        "more_title": "Your answers bring up more on this page",
        "more_text": "All you wrote is still here. Please look at what is new, then go on.",
        # What is wrong.
        "wrong_title": "Please look at these answers again",
        "wrong_required": "Please answer this question.",
        "wrong_choice": "Please choose from the list.",
        "wrong_integer": "Please write a whole number, for example 12.",
        "wrong_decimal": "Please write a number, for example 3.5.",
        "wrong_date": "Please write a date as year, month, day, for example 2026-11-22.",
        "wrong_time": "Please write a time as hours and minutes, for example 14:30.",
        "wrong_datetime": "Please write a date and a time, for example 2026-11-22T14:30.",
        "wrong_geopoint": "Please choose from the list.",
        "wrong_range": "Please choose a number in the range.",
        "wrong_constraint": "This answer does not fit the question.",
        "wrong_too_long": "This answer is too long. At most {most} characters are kept.",
        "full": "No more can be added here.",
        # Before sending.
        "review_title": "Check your answers before you send them",
        "review_text": "You can still change everything.",
        "review_change": "Change",
        "review_change_page": "Change the answers on this page: {title}",
        "review_none": "No answer",
        "review_wrong": "Some answers are missing or do not fit. Nothing has been sent yet.",
        "review_send": "Send the answers",
        "page_title": "Questions",
        # Saved for later.
        "later_title": "Your answers are saved",
        "later_words": "These words open your answers again, also on another device:",
        "later_note": "Write them down or keep them where only the right people find them. They are shown here only as "
        "long as this browser holds the answers, and nobody can tell them to you again.",
        "later_known": "Your answers are saved. The words with which you opened them still open them.",
        "later_until": "What is not sent is deleted 90 days after you saved it last.",
        "later_where": "To go on, open this address and write the words:",
        "later_on": "Go on now",
        # Sent.
        "sent_title": "Thank you. Your answers have arrived.",
        "sent_words": "These words let you see, correct or withdraw what you sent:",
        "sent_words_known": "The words with which you opened your answers let you see, correct or withdraw "
        "what you sent.",
        "sent_keep": "Please write them down now. They are shown this once, and they work for one year.",
        "sent_next_title": "What happens now",
        "sent_next": "Somebody reviews your answers. A record that is new or changes a published number is checked by "
        "two people before it appears anywhere.",
        "sent_without_words": "The words could not be made just now. Your answers have arrived all the same. Please "
        "load this page again in a minute.",
        # Coming back.
        "code_title": "Open your answers with six words",
        "code_text": "With the words that you were given you can go on with your answers, or see, correct or withdraw "
        "what you sent.",
        "code_label": "Your words",
        "code_hint": "Spelling with capitals, accents or commas makes no difference.",
        "code_button": "Open",
        "code_empty": "Please write your words.",
        "code_wrong": "These words open nothing. Please check each word. Answers that were not sent are deleted after "
        "90 days.",
        "code_busy": "Too many people are waiting at the moment. Please try again in a minute.",
        "code_refused": "The answers cannot be opened at the moment. Please try again later.",
        "kept_title": "What you sent",
        "kept_text": "You sent these answers. They are shown as they arrived.",
        "kept_waiting": "People have not decided about them yet.",
        "kept_approved": "They were agreed to, and what you publish is on the map.",
        "kept_rejected": "They were looked at, and nothing was published from them.",
        "kept_record": "See what is published",
        "kept_correct": "Correct them",
        "kept_withdraw": "Withdraw them",
        "kept_withdraw_sure": "Withdraw these answers for good? They no longer count, and what was published from them "
        "is taken off.",
        "kept_withdraw_yes": "Yes, withdraw them",
        "kept_close": "Close this on my device",
        "withdrawn_title": "Your answers are withdrawn",
        "withdrawn_text": "They no longer count, and what was published from them is gone.",
        # Things that go wrong.
        "gone_title": "There is no such survey here",
        "gone_text": "The address may be wrong, or the survey is not open. Please ask whoever sent you the link.",
        "closed_title": "This survey is closed",
        "closed_text": "It takes no more answers. Thank you for your interest.",
        "link_title": "This link does not work",
        "link_text": "The address may be incomplete, or the link has been ended. Please ask whoever sent it to you.",
        "full_title": "This is too much",
        "full_text": "The page was larger than what is taken here. Please go back and shorten the longest answers.",
        "lost_title": "Your answers are not open in this browser",
        "lost_text": "They may have been sent already, or the browser was closed in between. Open them with your six "
        "words, or begin anew.",
        "other_title": "Something else happened to these answers",
        "other_text": "They were changed or sent from another device in the meantime. Please open them again.",
        "busy_title": "Please try again in a moment",
        "busy_text": "Your answers could not be kept just now. Go back one page: what you wrote is still there.",
    },
)
