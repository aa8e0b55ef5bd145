"""Floor 2: what a person may type. Choices are passed in; forms ask no database."""
