"""The topics in children's words. They never name a diagnosis, never blame and never frighten.

They are finer choices that a child opens only if it wants to; nothing shows the choice again on the next page.
"""

from __future__ import annotations

from pop.places.words import Two

TOPICS: dict[str, str | Two] = {
    "finer_open": Two("Tell us more, if you want", "Say more, if you want"),
    "finer_note": "You do not have to choose.",
    # For a friend: the same tiles, about somebody else.
    "friend_title": "What is happening to your friend?",
    "friend_someone_hurts_me": "Someone hurts my friend",
    "friend_feel_bad": "My friend feels very bad",
    # Someone hurts me.
    "topic_physical_violence": Two("Someone hits or kicks me", "Someone hits me or hurts my body"),
    "topic_sexual_violence": Two(
        "Someone touches me in a way that feels wrong", "Someone does sexual things to me that I do not want"
    ),
    "topic_emotional_violence": Two("Someone says very mean things to me", "Someone insults, threatens or controls me"),
    "topic_bullying": Two("Other children are mean to me", "Others bully me"),
    "topic_gang_or_community_violence": Two("There is violence where I live", "Gangs or violence where I live"),
    "topic_armed_conflict": "War or fighting near me",
    "topic_child_labour": Two("I have to work too much", "I have to work, and it harms me or stops school"),
    "topic_child_marriage": Two("I am told to marry", "I am being made to marry"),
    "topic_fgm_or_harmful_practice": Two(
        "A custom that hurts my body", "A custom that hurts my body, such as genital cutting"
    ),
    "topic_trafficking": Two(
        "Someone makes me do things for money", "Someone controls me, moves me or uses me for money"
    ),
    "topic_discrimination": Two("People are mean because of who I am", "I am treated badly because of who I am"),
    # I feel very bad.
    "topic_sadness_or_loneliness": Two("I feel sad or alone", "I feel sad, empty or lonely"),
    "topic_anxiety": Two("I am scared or worry a lot", "I am afraid or worry all the time"),
    "topic_suicidal_thoughts": Two("I think about not living any more", "I think about ending my life"),
    "topic_self_harm": Two("I hurt myself", "I hurt myself on purpose"),
    "topic_anger": Two("I am very angry", "I am so angry that it is hard to control"),
    "topic_trauma_or_grief": Two(
        "Someone died, or something terrible happened", "A loss, or something terrible that stays with me"
    ),
    "topic_eating": Two("Eating is hard for me", "Food and eating are a struggle"),
    "topic_substances": Two("Alcohol, smoking or drugs", "Alcohol, smoking or other drugs"),
    "topic_self_image": Two("I do not like myself", "How I feel about myself or my body"),
    "topic_physical_health": Two("My body hurts or I am ill", "My health or an illness"),
    "topic_gender_or_sexuality": Two("Who I am or who I love", "My gender or who I am attracted to"),
    "topic_sexual_health_or_pregnancy": Two("Questions about my body or a baby", "Sex, my body or a pregnancy"),
    # Something online.
    "topic_cyberbullying": Two("People are mean to me online", "People bully or threaten me online"),
    "topic_online_sexual_harm": Two(
        "Someone wants private pictures of me", "Someone asks for private pictures, or threatens to share them"
    ),
    "topic_harmful_content": Two("I saw something that scared me", "I saw something that upset or hurt me"),
    "topic_privacy": Two(
        "Someone shows my pictures or my secrets", "Someone shared my pictures or my data without asking"
    ),
    "topic_scam_or_hacked": Two("Someone tricked me or uses my account", "I was tricked, or someone has my account"),
    "topic_gambling_or_spending": Two("I spend too much in games", "Gaming, betting or spending too much"),
    "topic_hate_or_extremism": Two("People teach me to hate others", "Hate, or people who draw me into extreme groups"),
    "topic_report_content": Two("I want to report a bad picture or page", "I want to report illegal pictures or pages"),
    # At home, at school, and other things.
    "topic_domestic_violence": Two("People at home hit or shout", "Violence at home, against me or others"),
    "topic_neglect": Two("Nobody takes care of me", "Nobody at home takes care of me"),
    "topic_family": Two("Trouble in my family", "Arguments, separation or worries in my family"),
    "topic_missing_or_runaway": Two("I left home or want to leave", "I ran away, or think about it"),
    "topic_basic_needs": Two("I need food, clothes or a place to sleep", "Food, money or a place to sleep"),
    "topic_school_or_work": Two("Trouble with school", "School, exams, teachers or work"),
    "topic_friends": Two("Trouble with friends", "Friends and people in my class"),
    "topic_relationships": Two("My boyfriend or girlfriend", "Love or my relationship"),
    "topic_disability": Two("I have a disability and need help", "Living with a disability"),
    "topic_on_the_move": Two("I came from another country", "I am a refugee or on the way to another country"),
    "topic_legal_help": Two("I have a question about my rights", "My rights, the law or the police"),
}
