"""Which of the items that someone looked at together belong together."""
