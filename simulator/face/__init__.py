"""The simulated venues' FIX face: a client's messages into commands, reports into messages. Knows no session."""
