"""Many journals as Parquet, partitioned by date and symbol, and SQL over them."""
