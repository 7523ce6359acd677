"""FIX sessions by QuickFIX: ports, callers, the pump, venues behind FIX, the session files."""
