"""What an order gave away: moves before its fills and after its refusals, and how well its children are guessed."""
