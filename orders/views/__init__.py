"""Pages of orders: lists, the order, its payments, and one page for each move."""
