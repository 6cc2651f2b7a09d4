"""The smallest case app there can be: the kernel is tested on it, without any rule of the product."""
