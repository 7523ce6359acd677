"""The analyst's files and journals, read and written for the commands. They decide nothing."""
