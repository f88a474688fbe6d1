"""The helpline: anonymous, encrypted conversations, and the people who answer them."""
