"""What is known of an instrument before trading it, and how it is measured from files."""
