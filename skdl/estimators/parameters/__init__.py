"""Parameters: what each may be, what they become, and how they are stored and set."""
