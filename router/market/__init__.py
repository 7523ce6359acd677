"""The public market: consolidated books, the NBBO, the tape, trading phases and calendars. Knows no order of ours."""
