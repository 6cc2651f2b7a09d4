"""The pages of a dispute for buyers and sellers. Staff work at the desk."""
