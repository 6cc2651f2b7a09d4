"""What the product can do, beside the limit of what the machine can: `make bench`."""
