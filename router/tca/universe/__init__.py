"""An order among its like: outcomes, percentiles, and two ways of working compared."""
