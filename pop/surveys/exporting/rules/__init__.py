"""From a form to the tables of an export, and from a submission to their rows. Pure."""
