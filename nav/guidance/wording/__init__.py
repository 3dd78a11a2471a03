"""The words of guidance: manoeuvres, names, distances and times, in each language."""
