"""The supervisor's pages: the live board, reading with a reason, complaints, weekly counts, lines and teams."""
