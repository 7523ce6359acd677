"""The shared vocabulary: types, instruments, events, outputs, what a plug-in is. Knows no FIX bytes and no IO."""
