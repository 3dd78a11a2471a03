"""Routes and maps in the forms of others: lines, files, graphs."""
