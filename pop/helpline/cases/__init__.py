"""What staff keep about a conversation, in codes; and what they keep sealed."""
