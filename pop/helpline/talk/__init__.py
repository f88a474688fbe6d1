"""What a child sees of the helpline: pages over conversations, queue and referrals. No decision is made here."""
