"""The learned reader: tokens, encoder, the delta of our own, decoding, and how sure it is."""
