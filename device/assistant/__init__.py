"""Where the parts meet: one turn, a conversation, a drive."""
