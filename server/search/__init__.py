"""Find people, matters and papers by words without accents."""
