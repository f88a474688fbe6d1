"""Ready answers of the lines for trying out, in the languages of the console: (short name, title, text).

A real line writes its own. These await review by somebody who works with children, as every text for them does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ANSWERS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "en": (
        ("hello", "A first hello", "Hello, thank you for writing. I am here and I have time for you."),
        ("help-adult", "Finding an adult", "Is there an adult whom you trust, whom you could tell a little of this?"),
        ("bye", "Saying goodbye", "You can write again whenever you want. Take good care of yourself."),
    ),
    "fr": (
        ("hello", "Un premier bonjour", "Bonjour, merci d’avoir écrit. Je suis là et j’ai du temps pour toi."),
        (
            "help-adult",
            "Trouver un adulte",
            "Y a-t-il un adulte en qui tu as confiance et à qui tu pourrais en dire un peu ?",
        ),
        ("bye", "Dire au revoir", "Tu peux écrire de nouveau quand tu veux. Prends bien soin de toi."),
    ),
    "es": (
        ("hello", "Un primer saludo", "Hola, gracias por escribir. Estoy aquí y tengo tiempo para ti."),
        (
            "help-adult",
            "Encontrar a una persona adulta",
            "¿Hay alguna persona adulta de confianza a quien podrías contarle un poco de esto?",
        ),
        ("bye", "Despedirse", "Puedes volver a escribir cuando quieras. Cuídate mucho."),
    ),
    "ar": (
        ("hello", "تحية أولى", "مرحبًا، شكرًا على رسالتك. أنا هنا ولديّ وقت لك."),
        ("help-adult", "إيجاد شخص بالغ", "هل هناك شخص بالغ موضع ثقتك يمكن أن يعرف قليلًا مما يحدث؟"),
        ("bye", "كلمة وداع", "يمكن الكتابة إلينا مرة أخرى في أي وقت. نتمنى لك السلامة."),
    ),
}
