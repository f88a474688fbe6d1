"""How a submission is read, compared with its form, and cleaned: pure, on plain bytes."""
