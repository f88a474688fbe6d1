"""What can happen to a finding: heard of, compared, proposed, rejected, withdrawn; and the safety decision."""
