"""What the OpenRosa doors say to whoever holds the telephone: what happened, or what is wrong, in a sentence or two."""

from __future__ import annotations

from pop.places.words import Words

OPENROSA = Words(
    "openrosa",
    {
        # --- done ---
        "new": "Your answers have arrived and are kept. Thank you.",
        "same": "These answers had arrived before. Nothing was changed.",
        "waiting": "This part has arrived and is kept. The rest may follow.",
        # --- refused, about the address ---
        "no_token": "This address does not open anything. Ask whoever gave it to you for a new one.",
        "not_found": "There is nothing at this address. It ends with formList or with submission.",
        "bad_host": "This server does not go by the name that the request asks for.",
        "other_method": "This is not done at this address.",
        # --- refused, about the request ---
        "too_large_request": "The request is too large. Send the files one by one: the header "
        "X-OpenRosa-Accept-Content-Length says how much fits.",
        "too_slow": "The request did not come to its end in time. Send it again.",
        "packed": "The request is compressed. Send it without Content-Encoding.",
        "not_multipart": "A submission is sent as multipart/form-data.",
        "bad_multipart": "The parts of the request cannot be told apart, or the last one does not end.",
        "too_many_parts": "The request has too many parts. Send the files in several requests.",
        "no_xml": "The request has no part xml_submission_file, or more than one.",
        "try_again": "Your answers could not be kept just now. Nothing is lost: send them again in a moment.",
        "no_room": "There is no room for your answers here just now. Keep them and send them again later; somebody "
        "here is told of it.",
        # --- refused, about the document ---
        "too_large": "The answers are larger than one megabyte of XML.",
        "other_encoding": "The answers are not written in UTF-8.",
        "dtd": "The answers hold a document type, which is not accepted.",
        "not_xml": "The answers are not well-formed XML.",
        "too_deep": "The answers are nested too deeply.",
        "too_many": "The answers hold too many nodes.",
        "no_form": "The form itself cannot be read. Tell whoever keeps this survey.",
        "no_form_id": "The answers do not say which form they belong to.",
        "no_instance_id": "The answers have no instanceID.",
        "bad_instance_id": "The instanceID or the deprecatedID is not one.",
        "corrects_itself": "The answers name themselves as what they correct.",
        "unknown_node": "The form has no such question: {name}",
        "unknown_attribute": "The form has no such attribute: {name}",
        "other_namespace": "A node is in a namespace that is not accepted: {name}",
        "twice": "A question that can be answered once is answered twice: {name}",
        "no_answer_here": "There is text where the form has only groups: {name}",
        "bad_file_name": "An answer names a file in a way that is not accepted, or a file is named twice: {name}",
        # --- refused, about what is kept ---
        "unknown_form": "There is no such form here.",
        "unknown_version": "There is no such version of this form here. Download the form again.",
        "closed": "This form is closed and takes no more answers.",
        "conflict": "Other answers or another file arrived before under the same name. They stay as they are.",
        "unknown_original": "The answers correct others that have not arrived here. Send those first.",
        "corrected_already": "The answers correct others that were corrected before. Correct the newest ones.",
        "bad_file": "Only pictures in JPEG or PNG are accepted, so that place and time can be taken off them. "
        "This file is neither, or it is damaged: {name}",
    },
)
