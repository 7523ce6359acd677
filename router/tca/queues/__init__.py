"""How good the router's estimates of queue places and fills are."""
