"""The index behind exact routes: a customizable contraction hierarchy as plain arrays, mapped and asked."""
