"""What to do now: up to five safe next steps for each tile.

AWAITING SIGN-OFF by a child-protection professional: nobody of that profession has approved these lines yet. No line
names home, parents or any other person or place as necessarily safe; "a person you trust" is the child's own choice.
"""

from __future__ import annotations

from pop.places.words import Two

SIGNED_OFF_BY = ""  # name, profession and date of who approved the lines below; empty: nobody yet

STEPS: dict[str, str | Two] = {
    "steps_title": "What you can do now",
    "step_not_your_fault": Two("It is not your fault.", "What happened is not your fault."),
    "step_safer_place": Two(
        "If you can, go where you feel safer. Other people nearby can help.",
        "If you can, go somewhere you feel safer, for example where other people are.",
    ),
    "step_trust": Two(
        "Tell a person you trust. If nobody listens, tell another one.",
        "Tell someone you trust. If they do not listen, try someone else.",
    ),
    "step_doctor": Two(
        "If your body is hurt, a doctor or nurse can help.",
        "If you are injured, see a doctor or nurse. You can ask to speak alone.",
    ),
    "step_no_need_to_fight": Two(
        "You do not have to stop it alone.", "You do not have to stop it or prove it by yourself."
    ),
    "step_feelings_pass": Two(
        "Very bad feelings can get smaller. Talking helps many children.",
        "Feelings this strong can ease. Talking to someone helps many people.",
    ),
    "step_breathe": Two(
        "Breathe in slowly. Breathe out even more slowly. Do it five times.",
        "Breathe in slowly, and out even more slowly, five times.",
    ),
    "step_not_alone": Two(
        "Stay near someone you feel safe with.", "Try not to be alone. Stay near someone you feel safe with."
    ),
    "step_move_away": Two(
        "Move away from things that can hurt you.",
        "Put some distance between you and anything you could hurt yourself with.",
    ),
    "step_one_hour": "Think only about the next hour. Drink some water.",
    "step_stop_answering": Two(
        "You do not have to answer them. You can stop now.",
        "You do not have to reply, pay or send anything. You can stop now.",
    ),
    "step_block": Two(
        "Write down the name that they use. Then you can block them.",
        "Write down the name of the account and the date. Then block it.",
    ),
    "step_keep_words": Two(
        "Keep messages that have only words. They can help you later.",
        "Keep messages that are words only. They can help later. Do not keep or forward private pictures.",
    ),
    "step_password": Two(
        "Change your password. Ask for help if you need it.", "Change your password and sign out everywhere."
    ),
    "step_not_only_you": Two(
        "This happens to many children. You can get help.", "This happens to many people, and there is help."
    ),
    "step_think_of_place": Two(
        "Think of a place where you feel safer. Can you get there?",
        "Think of a place where you feel safer and how you could get there.",
    ),
    "step_who_knows": Two(
        "Think of a person who is kind to you. You can tell them.",
        "Think of someone who treats you well, such as a neighbour, a nurse or a coach.",
    ),
    "step_when_safe": Two(
        "Call or write when nobody else can hear or see it.",
        "Call or write when nobody can hear you or see your screen.",
    ),
    "step_before_leaving": Two(
        "Do you want to run away? Call one of the numbers above first.",
        "If you think about running away, talk with one of the services above first.",
    ),
    "step_school_adult": Two(
        "Is there a kind adult at school? You can tell that person.",
        "If there is an adult at school you trust, tell that person.",
    ),
    "step_write_down": Two(
        "Write down what happened and when. Keep it where only you look.",
        "Write down what happened, when and who saw it. Keep it somewhere private.",
    ),
    "step_stay_together": Two(
        "Stay with friends on the way and in breaks.", "Stay with people you like on the way and in breaks."
    ),
    "step_friend_listen": Two(
        "Listen to your friend. Say: I believe you.", "Listen without judging. Say that you believe your friend."
    ),
    "step_friend_not_alone": Two(
        "You do not have to fix it alone. Tell a person you trust.",
        "You do not have to solve it alone. Tell someone you trust, even if it was a secret.",
    ),
    "step_friend_show": Two(
        "Show your friend this page.", "Show your friend this page, or contact a service together."
    ),
    "step_friend_danger": Two(
        "Is your friend in danger now? Call the emergency number.",
        "If your friend is in danger now, call the emergency number and stay with them if it is safe.",
    ),
    "step_friend_you_too": Two(
        "You can call for yourself too. Helping can be hard.",
        "You can also call for yourself. Worrying about someone is hard.",
    ),
    "step_any_reason": Two(
        "You do not need a special reason to call.", "No problem is too small, and you need no special reason."
    ),
    "step_first_words": Two(
        "You can say: I do not know how to start.", "You can begin with: I do not know how to start."
    ),
    "step_can_stop": Two(
        "You can stop at any time. You can call again.", "You can stop at any time and come back later."
    ),
    "step_no_name_for_it": Two(
        "You do not need a name for it. It still matters.",
        "You do not need a word for what is happening. It still matters.",
    ),
}

# The lines of each tile, in the order of the page.
STEPS_OF_TILE: dict[str, tuple[str, ...]] = {
    "someone_hurts_me": (
        "step_not_your_fault",
        "step_safer_place",
        "step_trust",
        "step_doctor",
        "step_no_need_to_fight",
    ),
    "feel_bad": ("step_feelings_pass", "step_not_alone", "step_move_away", "step_breathe", "step_one_hour"),
    "online": ("step_not_your_fault", "step_stop_answering", "step_block", "step_keep_words", "step_password"),
    "at_home": (
        "step_not_your_fault",
        "step_think_of_place",
        "step_who_knows",
        "step_when_safe",
        "step_before_leaving",
    ),
    "at_school": (
        "step_not_only_you",
        "step_school_adult",
        "step_write_down",
        "step_stay_together",
        "step_when_safe",
    ),
    "for_a_friend": (
        "step_friend_listen",
        "step_friend_not_alone",
        "step_friend_show",
        "step_friend_danger",
        "step_friend_you_too",
    ),
    "just_talk": ("step_any_reason", "step_first_words", "step_when_safe", "step_can_stop"),
    "dont_know": ("step_no_name_for_it", "step_trust", "step_first_words", "step_breathe"),
}
