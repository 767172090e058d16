"""Force fields, platforms and minimisation of the bonded complex."""
