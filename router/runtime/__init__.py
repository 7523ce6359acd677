"""The shell: loop, QuickFIX, SQLite file, settings, command line. It carries out; it decides nothing.

Imported by nobody. Clocks, threads, sockets and files live here and only here.
"""
