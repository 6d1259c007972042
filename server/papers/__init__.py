"""Official papers: drafted from a form, submitted, numbered once, issued, printed, withdrawn with a reason."""
