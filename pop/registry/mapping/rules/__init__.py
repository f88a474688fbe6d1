"""What a submission says and which record it could be: pure, no Django, no clock, no chance."""
