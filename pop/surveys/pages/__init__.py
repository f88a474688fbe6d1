"""The public pages on which somebody fills in a survey: server-rendered, complete without JavaScript."""
